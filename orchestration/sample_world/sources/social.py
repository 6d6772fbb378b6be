"""The social media desk's export, JSON lines: posts and messages with the brand's replies, reviews.

Its quirks: handles instead of names, with and without their sign; posts are tagged and exported
again on the next day; reviews are edited, stars and all.
"""

import duckdb
import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.world import World, known_where

SOURCE = "social"
BRAND_HANDLE = "samplecompany"
NETWORKS = np.array(["chirper", "facepage", "photogram"], dtype=object)

# The desk's own tags.
TOPICS = {
    "delivery": "Delivery",
    "defect": "Faulty product",
    "payment": "Payment",
    "return": "Returns",
    "account": "Account",
    "product_advice": "Product advice",
    "how_to": "How-to",
    "renewal": "Membership",
    "complaint": "Complaint",
    "other": "Other",
}

POST_TYPES = {
    "social_mentioned": "mention",
    "social_messaged": "direct_message",
    "social_replied": "direct_message",
}

SIGNED_SHARE = 0.4
COMMENT_SHARE = 0.35
LATE_TAG_SHARE = 0.3
EDITED_REVIEW_SHARE = 0.05
DAY = np.timedelta64(1, "D")

RENDER_POSTS = """
select cast(to_json({
    id: post_id,
    network: network,
    type: post_type,
    direction: direction,
    author: json_object('handle', author_handle, 'name', author_name),
    in_reply_to: case when replied_handle is not null then json_object(
        'id', replied_post_id, 'handle', replied_handle
    ) end,
    conversation_id: conversation_id,
    text: text,
    lang: "language",
    topic: topic,
    desk: case when direction = 'outgoing' then json_object(
        'team', team_id, 'reply_seconds', wait_seconds, 'work_seconds', handle_seconds,
        'closed', is_closed
    ) end,
    created_at: strftime("at", '%Y-%m-%dT%H:%M:%S.%gZ'),
    updated_at: strftime(updated_at, '%Y-%m-%dT%H:%M:%S.%gZ')
}) as varchar) as line
from posts
"""

RENDER_REVIEWS = """
select cast(to_json({
    review_id: review_id,
    site: site,
    subject: json_object('type', subject_type, 'id', product_id),
    stars: stars,
    title: null,
    body: text,
    lang: "language",
    author: json_object('handle', author_handle, 'name', author_name),
    submitted_at: strftime("at", '%Y-%m-%dT%H:%M:%S.%gZ'),
    updated_at: strftime(updated_at, '%Y-%m-%dT%H:%M:%S.%gZ')
}) as varchar) as line
from reviews
"""


def write(world: World, out: Delivery) -> None:
    """Posts and reviews on the days they were written, tagged or edited."""
    _write_posts(world, out)
    _write_reviews(world, out)
    acted = world.of_kind(*POST_TYPES, "review_posted")["person"].unique()
    handles = world.persons.loc[acted, "social_handle"].dropna()
    out.truth(
        "profiles",
        pd.DataFrame(
            {
                "source_name": SOURCE,
                "source_profile_id": handles.str.removeprefix("@").str.lower().to_numpy(),
                "person": handles.index.to_numpy(),
            }
        ),
    )


def _write_posts(world: World, out: Delivery) -> None:
    moments = world.of_kind(*POST_TYPES)
    if moments.empty:
        return
    rng = world.rng(SOURCE)
    rows = len(moments)
    persons = world.persons.loc[moments["person"]]
    handles = _signed(rng, persons["social_handle"])
    is_reply = moments["kind"].eq("social_replied").to_numpy()
    is_mention = moments["kind"].eq("social_mentioned").to_numpy()
    post_ids = "17" + moments["moment"].astype(str).str.zfill(12)
    in_case = (moments["case"] >= 0).to_numpy()
    conversation = np.where(in_case, "dm-" + moments["case"].astype(str), "th-" + post_ids)
    before = post_ids.groupby(conversation).shift()
    posts = pd.DataFrame(
        {
            "post_id": post_ids.to_numpy(),
            # A person writes in one network.
            "network": NETWORKS[moments["person"] % len(NETWORKS)],
            "post_type": np.where(
                is_mention & (rng.random(rows) < COMMENT_SHARE),
                "comment",
                moments["kind"].map(POST_TYPES),
            ),
            "direction": np.where(is_reply, "outgoing", "incoming"),
            "author_handle": np.where(is_reply, BRAND_HANDLE, handles),
            "author_name": np.where(is_reply, "Sample company", persons["given_name"]),
            "replied_handle": known_where(is_reply, handles),
            "replied_post_id": known_where(is_reply, before),
            "conversation_id": conversation,
            "text": moments["text"].to_numpy(),
            "language": persons["language"].to_numpy(),
            "topic": known_where(~is_reply, moments["reason"].map(TOPICS)),
            "team_id": _team_ids(world, moments["team"]),
            "wait_seconds": moments["wait_seconds"].to_numpy(),
            "handle_seconds": moments["handle_seconds"].to_numpy(),
            "is_closed": moments["outcome"].eq("resolved").to_numpy(),
            "at": moments["at"].to_numpy(),
            "updated_at": moments["at"].to_numpy(),
        }
    )
    has_topic = posts["topic"].notna().to_numpy()
    is_late = has_topic & (rng.random(rows) < LATE_TAG_SHARE)
    tagged = posts[is_late].assign(updated_at=lambda late: late["at"] + DAY)
    posts["topic"] = posts["topic"].mask(is_late, None)
    _write_lines(out, "posts", pd.concat([posts, tagged]), RENDER_POSTS)


def _write_reviews(world: World, out: Delivery) -> None:
    moments = world.of_kind("review_posted")
    if moments.empty:
        return
    rng = world.rng(f"{SOURCE}_reviews")
    rows = len(moments)
    persons = world.persons.loc[moments["person"]]
    product_ids = world.products["product_id"].to_numpy()
    is_product = (moments["product"] >= 0).to_numpy()
    reviews = pd.DataFrame(
        {
            "review_id": "RV" + moments["moment"].astype(str).str.zfill(12).to_numpy(),
            "site": np.where(is_product, "website", "play_store"),
            "subject_type": np.where(is_product, "product", "app"),
            "product_id": known_where(is_product, product_ids[moments["product"]]),
            "stars": moments["score"].astype(int).to_numpy(),
            "text": moments["text"].to_numpy(),
            "language": persons["language"].to_numpy(),
            "author_handle": _signed(rng, persons["social_handle"]),
            "author_name": persons["given_name"].to_numpy(),
            "at": moments["at"].to_numpy(),
            "updated_at": moments["at"].to_numpy(),
        }
    )
    is_edited = rng.random(rows) < EDITED_REVIEW_SHARE
    edited = reviews[is_edited].assign(updated_at=lambda edits: edits["at"] + 2 * DAY)
    # The last text is the one that the person means.
    reviews["stars"] = reviews["stars"].mask(is_edited, 6 - reviews["stars"])
    _write_lines(out, "reviews", pd.concat([reviews, edited]), RENDER_REVIEWS)


def _write_lines(out: Delivery, table: str, rows: pd.DataFrame, query: str) -> None:
    rows = rows.sort_values("updated_at", kind="stable", ignore_index=True)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register(table, rows)
        lines = connection.sql(query).fetchnumpy()["line"]
    out.lines(SOURCE, table, rows["updated_at"].to_numpy(), lines)


def _signed(rng: np.random.Generator, handles: pd.Series) -> np.ndarray:
    is_signed = rng.random(len(handles)) < SIGNED_SHARE
    return handles.mask(~is_signed, handles.str.removeprefix("@")).to_numpy(dtype=object)


def _team_ids(world: World, teams: pd.Series) -> np.ndarray:
    team_ids = world.teams["team_id"].to_numpy()
    return known_where(teams >= 0, team_ids[teams])
