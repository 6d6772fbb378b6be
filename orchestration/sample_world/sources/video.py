"""The video player of website and app in the Segment video spec, JSON lines.

Product pages and help pages show short films. The player tells when one starts, every ten seconds
while it plays, and when it ends. Its quirks: whoever leaves the page just falls silent, some jump
ahead or pause, a client that gets no answer sends again, and a phone without signal sends later.
"""

import json
from collections.abc import Hashable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.digital_ids import account_ids, anonymous_ids, phone_ids
from orchestration.sample_world.world import World, known_where

SOURCE = "web"

# Of those who look at a product or at a help page.
PLAYS = {"product_viewed": 0.035, "help_viewed": 0.12}
HEARTBEAT = 10
TO_THE_END_SHARE = 0.36
JUMP_SHARE = 0.08
PAUSE_SHARE = 0.1
RETRY_SHARE = 0.01
OFFLINE_SHARE = 0.02
QUARTERS = ("started", "quarter", "half", "three_quarters", "completed")

View = dict[Hashable, Any]


def write(world: World, out: Delivery) -> None:
    """Every message of the player, with its retries, on the day it arrived."""
    rng = world.rng("video")
    views = _views(world, rng)
    if views.empty:
        return
    messages = pd.DataFrame([message for view in _records(views) for message in _messages(view)])
    messages = messages.sort_values(["at", "message_id"], kind="stable", ignore_index=True)
    messages = messages[messages["at"] < world.end]
    _write_truth(world, out, views)
    deliveries = _delivered(rng, messages)
    lines = [_line(message) for message in _records(deliveries)]
    out.lines(SOURCE, "video_events", deliveries["received_at"].to_numpy(), lines)


def _records(frame: pd.DataFrame) -> list[View]:
    """The rows as objects, so that what is missing is None and not a number."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _views(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Who plays which film, and how they watch it; in order of time."""
    moments = world.of_kind(*PLAYS)
    moments = moments[moments["device"] >= 0].reset_index(drop=True)
    count = len(moments)
    draws = rng.random((count, 8))
    chance = moments["kind"].map(PLAYS).to_numpy()
    plays = draws[:, 0] < chance
    moments, draws = moments[plays].reset_index(drop=True), draws[plays]
    persons = world.persons.loc[moments["person"]].reset_index(drop=True)
    is_app = moments["device"].to_numpy() == persons["device_app"].to_numpy()
    is_help = (moments["kind"] == "help_viewed").to_numpy()
    product_id = world.products["product_id"].reindex(moments["product"]).to_numpy()
    topic = moments["reason"].fillna("other").str.replace("_", "-").to_numpy()
    video_id = np.where(is_help, "how-to-" + topic, "product-" + pd.Series(product_id).fillna("x"))
    # A film has one length, whoever plays it.
    length = 40 + pd.util.hash_array(video_id.astype(object)) % 140
    stops_at = np.where(draws[:, 1] < TO_THE_END_SHARE, 1.0, draws[:, 2] ** 1.4)
    start = (4 + draws[:, 3] * 20).astype("int64").astype("timedelta64[s]")
    return pd.DataFrame(
        {
            "view": [f"v-{moment}" for moment in moments["moment"]],
            "person": moments["person"],
            "at": moments["at"].dt.floor("s") + start,
            "video_id": video_id,
            "product_id": known_where(~is_help, product_id),
            "length": length.astype("int64"),
            "seconds": np.floor(stops_at * length).astype("int64"),
            "jumps": (draws[:, 4] < JUMP_SHARE) & (stops_at < 1),
            "pauses": draws[:, 5] < PAUSE_SHARE,
            "pause_seconds": (5 + draws[:, 6] * 120).astype("int64"),
            "page": np.where(is_help, "/help/" + topic, "/products/" + pd.Series(product_id)),
            "anonymous_id": anonymous_ids(moments["device"]),
            "phone_id": phone_ids(np.where(is_app, moments["device"], -1)),
            "phone_system": np.where(moments["device"] % 3 == 0, "ios", "android"),
            "user_id": account_ids(np.where(moments["is_logged_in"], persons["account"], -1)),
            "language": persons["language"],
        }
    )


@dataclass(frozen=True)
class Step:
    """What the player tells at one moment: the place in the film, and seconds since the start."""

    event: str
    place: int
    second: int


def _steps(view: View) -> list[Step]:
    """Everything that the player tells of one view."""
    length, last = int(view["length"]), int(view["seconds"])
    steps = [Step("Video Playback Started", 0, 0)]
    second = 0
    for played in range(HEARTBEAT, last + 1, HEARTBEAT):
        second += HEARTBEAT
        # Who jumps does so once, to a place in the second half, and the film goes on from there.
        ahead = length // 2 if view["jumps"] and played > HEARTBEAT else 0
        if played + ahead >= length:
            break
        steps.append(Step("Video Content Playing", played + ahead, second))
        if view["pauses"] and played == HEARTBEAT:
            steps.append(Step("Video Playback Paused", played, second))
            second += int(view["pause_seconds"])
            steps.append(Step("Video Playback Resumed", played, second))
    if last == length:
        second = steps[-1].second + length - steps[-1].place
        steps.append(Step("Video Playback Completed", length, second))
    return steps


def _messages(view: View) -> list[View]:
    return [
        view
        | {
            "message_id": f"{view['view']}-{number}",
            "event": step.event,
            "position": step.place,
            "at": view["at"] + np.timedelta64(step.second, "s"),
        }
        for number, step in enumerate(_steps(view))
    ]


def _delivered(rng: np.random.Generator, messages: pd.DataFrame) -> pd.DataFrame:
    """The messages as they arrived: late ones too, and again those without an answer."""
    count = len(messages)
    waited = np.where(
        rng.random(count) < OFFLINE_SHARE,
        rng.exponential(3 * 3_600, count),
        rng.integers(1, 3, count),
    )
    received_at = messages["at"] + waited.astype("int64").astype("timedelta64[s]")
    deliveries = messages.assign(received_at=received_at)
    again = deliveries[rng.random(count) < RETRY_SHARE].copy()
    again["received_at"] += np.timedelta64(20, "s")
    return pd.concat([deliveries, again]).sort_values(
        ["received_at", "message_id"], kind="stable", ignore_index=True
    )


def _line(message: View) -> str:
    at, received_at = f"{message['at']:%Y-%m-%dT%H:%M:%S.000Z}", message["received_at"]
    properties = {
        "session_id": message["view"],
        "total_length": message["length"],
        "position": message["position"],
        "video_player": "shop-player",
    }
    if message["event"] == "Video Content Playing":
        properties["asset_id"] = message["video_id"]
    else:
        properties["content_asset_ids"] = [message["video_id"]]
    if message["product_id"] is not None:
        properties["product_id"] = message["product_id"]
    context: dict[str, object] = {"locale": message["language"]}
    if message["phone_id"] is None:
        context["page"] = {"path": message["page"]}
        context["userAgent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox"
    else:
        context["device"] = {"id": message["phone_id"], "type": message["phone_system"]}
        context["userAgent"] = "Shop/3.1"
    return json.dumps(
        {
            "messageId": message["message_id"],
            "type": "track",
            "event": message["event"],
            "anonymousId": message["anonymous_id"],
            "userId": message["user_id"],
            "properties": properties,
            "context": context,
            "originalTimestamp": at,
            "sentAt": f"{received_at:%Y-%m-%dT%H:%M:%S.000Z}",
            "receivedAt": f"{received_at:%Y-%m-%dT%H:%M:%S.000Z}",
            "timestamp": at,
            "channel": "client",
            "version": "2",
        }
    )


def _write_truth(world: World, out: Delivery, views: pd.DataFrame) -> None:
    """How far each view got and how long it played, and whether it was over in time."""
    rows = []
    for view in views[views["at"] < world.end].to_dict("records"):
        steps = _steps(view)
        paused = sum(
            after.second - before.second
            for before, after in pairwise(steps)
            if before.event == "Video Playback Paused"
        )
        reached = steps[-1].place * 4 // int(view["length"])
        ended_at = view["at"] + np.timedelta64(steps[-1].second, "s")
        rows.append(
            {
                "playback_id": view["view"],
                "person": view["person"],
                "started_at": view["at"],
                "furthest": QUARTERS[reached],
                "watched_seconds": float(steps[-1].second - paused),
                "is_over": bool(ended_at < world.end),
            }
        )
    if rows:
        out.truth("video_views", pd.DataFrame(rows))
