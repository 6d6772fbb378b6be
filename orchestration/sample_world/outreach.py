"""Campaigns by e-mail, SMS and push: who gets them, and what people do with them.

The moment of a message is the time of sending, its outcome the furthest reaction, and its `value`
the seconds from sending to that reaction. Nobody gets anything without consent.
"""

import numpy as np

from orchestration.sample_world.clock import MINUTE
from orchestration.sample_world.company import EXPERIMENTS
from orchestration.sample_world.names import JUNK_EMAILS
from orchestration.sample_world.scene import Scene

KINDS = ("promo", "winback", "newsletter", "service", "voucher", "tips")
WORKS_FOR_DAYS = 3.0
# Of those who get a message and shop within these days, whom it brought.
BROUGHT_CHANCE = 0.75
UNSUBSCRIBE_CHANCE = 0.004
OPEN_CHANCE = 0.34
CLICK_CHANCE = 0.014
BOUNCE_CHANCE = 0.01
JUNK_BOUNCE_CHANCE = 0.6
SPAM_CHANCE = 0.001
WINBACK_SILENCE_DAYS = 45
# Of those who withdrew their consent in the days before a promotion.
OLD_LIST_DAYS, MISTAKE_CHANCE = 10.0, 0.2
# When those come whom an experiment brings, after it was sent; who is busy then comes no later.
COMES_AFTER_DAYS, COMES_WITHIN_DAYS = (0.7, 3.2), 3.6


def plan_unsubscriptions(scene: Scene) -> None:
    """Decide ahead whom a campaign makes opt out, so that nothing else reaches them after it."""
    people = scene.people
    for campaign, channel, sent_at in _calendar(scene, "newsletter", "promo"):
        if channel == "push":
            continue
        recipients = _recipients(scene, channel, sent_at)
        leaves = recipients[scene.chance(UNSUBSCRIBE_CHANCE, len(recipients))]
        people.opted_out_at[leaves] = sent_at + scene.rng.uniform(5, 600, len(leaves)) * MINUTE
        scene.opt_outs.add(person=leaves, campaign=np.full(len(leaves), campaign))


def plan_experiments(scene: Scene) -> None:
    """Decide ahead who is in which arm, and whom an experiment will bring."""
    for experiment in EXPERIMENTS:
        for campaign, channel, sent_at in _calendar(scene, experiment.kind):
            audience = _audience(scene, campaign, channel, sent_at)
            is_held_out = _is_held_out(scene, campaign, audience)
            scene.arms.add(
                person=audience, campaign=np.full(len(audience), campaign), at=sent_at,
                is_held_out=is_held_out,
            )  # fmt: skip
            # Just as many as was planted, so that a small company shows it too.
            treated = scene.rng.permutation(audience[~is_held_out])
            brought = treated[: round(experiment.response * len(treated))]
            scene.brought_by[campaign] = np.isin(np.arange(len(scene.people)), brought)


def brought_by_experiments(
    scene: Scene, who: np.ndarray, next_at: np.ndarray, least: np.ndarray
) -> np.ndarray:
    """When each shops next: whom an experiment brings comes soon after it was sent, and buys."""
    for campaign, is_brought in scene.brought_by.items():
        sent_at = scene.company.sent_at[campaign]
        at = np.maximum(sent_at + scene.rng.uniform(*COMES_AFTER_DAYS, len(who)), least)
        comes = is_brought[who] & (next_at > sent_at) & (at < sent_at + COMES_WITHIN_DAYS)
        is_brought[who[comes]] = False
        scene.people.brought_by[who[comes]] = campaign
        next_at = np.where(comes, at, next_at)
    return next_at


def campaign_behind(scene: Scene, where: np.ndarray, who: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The campaign that makes each person shop at that time, or -1: one they got shortly before."""
    behind = np.full(len(who), -1)
    for campaign, channel, sent_at in _calendar(scene, "promo", "winback"):
        may_come = where & (at > sent_at + 5 * MINUTE) & (at < sent_at + WORKS_FOR_DAYS)
        if not may_come.any():
            continue
        received = np.zeros(len(scene.people), dtype=bool)
        received[_recipients_of(scene, campaign, channel, sent_at)] = True
        came = may_come & received[who] & (scene.people.opted_out_at[who] > at)
        behind[came & scene.chance(BROUGHT_CHANCE, len(who))] = campaign
    scene.campaign_clicks.add(behind >= 0, person=who, campaign=behind, at=at - 2 * MINUTE)
    return behind


def send(scene: Scene) -> None:
    """Send every campaign of the calendar."""
    for campaign, channel, sent_at in _calendar(scene, *KINDS):
        recipients = _recipients_of(scene, campaign, channel, sent_at)
        clicked_at = _click_times(scene, campaign)[recipients]
        came = ~np.isnan(clicked_at)
        if channel == "email":
            outcome = _email_outcomes(scene, recipients, came, sent_at)
        else:
            outcome = _message_outcomes(scene, channel, recipients, came)
        leaves = _opted_out(scene, campaign, recipients)
        outcome[leaves] = "unsubscribed" if channel == "email" else "opted_out"
        rows = len(recipients)
        reaction = np.minimum(scene.wait(3 * 3600, rows) + 40, 2 * 86_400)
        reaction = np.round(np.where(came, (clicked_at - sent_at) * 86_400, reaction))
        latest = (scene.days - sent_at) * 86_400 - 1
        passive = np.isin(outcome.astype(str), ("delivered", "bounced", "failed"))
        scene.moments.log(
            f"{channel}_sent", person=recipients, at=np.full(rows, sent_at), campaign=campaign,
            outcome=outcome, value=np.where(passive, np.nan, np.minimum(reaction, latest)),
        )  # fmt: skip
        _hold_out(scene, campaign, channel, sent_at)
        _write_to_who_refused(scene, campaign, channel, sent_at)
        # A click opens the shop, also where nothing comes of it.
        looks = ((outcome == "clicked") | ((channel == "push") & (outcome == "opened"))) & ~came
        scene.idle_clicks.add(
            looks, person=recipients, at=sent_at + reaction / 86_400,
            campaign=np.full(rows, campaign),
        )  # fmt: skip


def _hold_out(scene: Scene, campaign: int, channel: str, sent_at: float) -> None:
    """Those held out are in the tool's export too, as its control group."""
    audience = _audience(scene, campaign, channel, sent_at)
    held_out = audience[_is_held_out(scene, campaign, audience)]
    scene.moments.log(
        f"{channel}_sent", person=held_out, at=np.full(len(held_out), sent_at), campaign=campaign,
        outcome="held_out",
    )  # fmt: skip


def _write_to_who_refused(scene: Scene, campaign: int, channel: str, sent_at: float) -> None:
    """A mistake: the list of a promotion was drawn some days too early."""
    if scene.company.campaigns["kind"][campaign] != "promo":
        return
    people = scene.people
    is_listed = np.isin(
        np.arange(len(people)), _recipients(scene, channel, sent_at - OLD_LIST_DAYS)
    )
    refused = is_listed & (people.opted_out_at > sent_at - OLD_LIST_DAYS)
    refused &= (people.opted_out_at <= sent_at) & scene.chance(MISTAKE_CHANCE, len(people))
    who = np.flatnonzero(refused)
    scene.mistakes.add(
        person=who, campaign=np.full(len(who), campaign), at=np.full(len(who), sent_at)
    )
    scene.moments.log(
        f"{channel}_sent", person=who, at=np.full(len(who), sent_at), campaign=campaign,
        outcome="delivered",
    )  # fmt: skip


def _calendar(scene: Scene, *kinds: str) -> list[tuple[int, str, float]]:
    campaigns = scene.company.campaigns
    chosen = campaigns[campaigns["kind"].isin(kinds)]
    sent_at = scene.company.sent_at[chosen["campaign"]]
    return list(zip(chosen["campaign"], chosen["channel"], sent_at, strict=True))


def _audience(scene: Scene, campaign: int, channel: str, sent_at: float) -> np.ndarray:
    """Whom a campaign is for."""
    audience = _recipients(scene, channel, sent_at)
    if scene.company.campaigns["kind"][campaign] == "winback":
        audience = audience[_is_silent(scene, sent_at)[audience]]
    return audience


def _recipients_of(scene: Scene, campaign: int, channel: str, sent_at: float) -> np.ndarray:
    """To whom it is sent: the audience without those held out."""
    audience = _audience(scene, campaign, channel, sent_at)
    return audience[~_is_held_out(scene, campaign, audience)]


def _is_held_out(scene: Scene, campaign: int, who: np.ndarray) -> np.ndarray:
    return scene.company.is_held_out(campaign, scene.people.frame["person"].to_numpy()[who])


def _recipients(scene: Scene, channel: str, sent_at: float) -> np.ndarray:
    people = scene.people
    opted_in = people.frame[f"{channel}_opt_in"].to_numpy()
    # NaN, no account or no card, is no earlier than anything.
    has_account = people.account_at < sent_at
    if channel == "push":
        is_known = has_account
    else:
        # Nobody writes to an address that the company was never given, or without having asked.
        is_known = (people.frame["is_in_crm"] & people.frame["is_asked_by_sales"]).to_numpy()
        is_known = is_known | has_account
        is_known |= people.loyalty_at < sent_at
    is_known = is_known & (people.first_at < sent_at - 0.2)
    return np.flatnonzero(opted_in & is_known & (people.opted_out_at > sent_at))


def _is_silent(scene: Scene, sent_at: float) -> np.ndarray:
    """Customers who once bought, but not lately."""
    person, at = scene.orders.column("person", -1), scene.orders.column("placed_at", np.nan)
    last = np.full(len(scene.people), -np.inf)
    before = at < sent_at
    np.maximum.at(last, person[before], at[before])
    return (last > -np.inf) & (last < sent_at - WINBACK_SILENCE_DAYS)


def _click_times(scene: Scene, campaign: int) -> np.ndarray:
    """When each person followed the campaign into the shop; NaN if never."""
    clicks = scene.campaign_clicks
    those = clicks.column("campaign", -1) == campaign
    at = np.full(len(scene.people), np.nan)
    at[clicks.column("person", -1)[those]] = clicks.column("at", np.nan)[those]
    return at


def _opted_out(scene: Scene, campaign: int, recipients: np.ndarray) -> np.ndarray:
    """The receivers whom the campaign made opt out."""
    those = scene.opt_outs.column("campaign", -1) == campaign
    return np.isin(recipients, scene.opt_outs.column("person", -1)[those])


def _email_outcomes(
    scene: Scene, recipients: np.ndarray, came: np.ndarray, sent_at: float
) -> np.ndarray:
    rows = len(recipients)
    is_gone = scene.people.left_at[recipients] < sent_at
    attention = np.where(is_gone, 0.25, 1.0)
    draw = scene.rng.random(rows)
    outcome = np.full(rows, "delivered", dtype=object)
    outcome[draw < (OPEN_CHANCE + CLICK_CHANCE) * attention] = "opened"
    outcome[draw < CLICK_CHANCE * attention] = "clicked"
    outcome[scene.chance(SPAM_CHANCE, rows)] = "spam"
    is_junk = np.isin(scene.people.frame["email"].to_numpy()[recipients].astype(str), JUNK_EMAILS)
    bounces = scene.chance(np.where(is_junk, JUNK_BOUNCE_CHANCE, BOUNCE_CHANCE), rows)
    outcome[bounces] = "bounced"
    outcome[came] = "clicked"
    return outcome


def _message_outcomes(
    scene: Scene, channel: str, recipients: np.ndarray, came: np.ndarray
) -> np.ndarray:
    rows = len(recipients)
    draw = scene.rng.random(rows)
    outcome = np.full(rows, "delivered", dtype=object)
    if channel == "push":
        outcome[(draw < 0.15) | came] = "opened"
        return outcome
    outcome[draw < 0.02] = "failed"
    outcome[(draw > 0.985) | came] = "replied"
    return outcome
