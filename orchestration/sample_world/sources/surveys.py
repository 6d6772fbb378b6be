"""The survey tool's exports in the shape of Qualtrics: responses by survey, and invitations.

Its quirks: three header rows behind a byte order mark, one column per choice, comments with line
breaks, previews among the answers, partial answers, a scale on which 7 is the worst, people who
answer twice, staff who answer too, and paper forms typed in with scores that no scale has.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.digital_ids import account_ids, emails_at
from orchestration.sample_world.phrases import ASPECTS
from orchestration.sample_world.sources.calls import call_id
from orchestration.sample_world.sources.tickets import FIRST_TICKET
from orchestration.sample_world.tags import is_tagged
from orchestration.sample_world.world import World, known_where

SOURCE = "surveys"
STAFF_DOMAIN = "throughline.example"

TWICE_SHARE = 0.015
STAFF_SHARE = 0.01
PAPER_SHARE = 0.006
SPEEDING_SHARE = 0.03
STRAIGHT_LINE_SHARE = 0.06
LINE_BREAK_SHARE = 0.4
OPENED_SHARE = 0.6
# Of the messages that did not arrive.
SOFT_BOUNCE_SHARE = 0.3

TWICE_AFTER = np.timedelta64(20, "m")
REMINDED_AFTER = np.timedelta64(4, "D")
OPENED_AFTER = np.timedelta64(3, "m")
STARTED_BEFORE = np.timedelta64(2, "m")

ITEMS = ("Choice of products", "Prices", "Delivery", "Service", "Website and app")
ITEM_ASPECTS = ("product", "price", "delivery", "service", "website")
TOPICS = ("Delivery", "Product", "Price", "Service", "Website or app")
TOPIC_ASPECTS = ("delivery", "product", "price", "service", "website")


@dataclass(frozen=True)
class Survey:
    """One survey: the question that each of the world's programs asks, and what else it asks."""

    name: str
    questions: dict[str, str]
    has_renewal: bool = False
    has_items: bool = False
    has_wait: bool = False


SURVEYS = (
    Survey("relational", {"relational_nps": "nps"}, has_renewal=True, has_items=True),
    Survey("purchase", {"purchase_csat": "satisfaction"}),
    Survey("support", {"support_csat": "satisfaction", "support_ces": "effort"}, has_wait=True),
    Survey("journey", {"journey_csat": "satisfaction"}),
)

QUESTION_TEXTS = {
    "nps": "How likely are you to recommend us to a friend or colleague?",
    "nps_NPS_GROUP": "How likely are you to recommend us to a friend or colleague? - Group",
    "renewal_likelihood": "How likely are you to buy from us again within a year?",
    "satisfaction": "How satisfied are you?",
    "effort": "How much effort did you have to put into it?\n(1 = very little, 7 = very much)",
    "comment": "What is the main reason for your answer?",
    "perceived_wait": "How long did you wait for help, in minutes? Your best guess will do.",
}
QUESTION_TEXTS |= {
    f"importance_{n}": f"How important is each of these to you? - {item}"
    for n, item in enumerate(ITEMS, 1)
}
QUESTION_TEXTS |= {f"items_{n}": f"Please rate: - {item}" for n, item in enumerate(ITEMS, 1)}
QUESTION_TEXTS |= {
    f"topics_{n}": f"What was it about? - Selected Choice - {topic}"
    for n, topic in enumerate(TOPICS, 1)
}

# Columns of every export with the tool's own id of each.
METADATA = {
    "StartDate": "startDate",
    "EndDate": "endDate",
    "Status": "status",
    "IPAddress": "ipAddress",
    "Progress": "progress",
    "Duration (in seconds)": "duration",
    "Finished": "finished",
    "RecordedDate": "recordedDate",
    "ResponseId": "_recordId",
    "RecipientLastName": "recipientLastName",
    "RecipientFirstName": "recipientFirstName",
    "RecipientEmail": "recipientEmail",
    "ExternalReference": "externalDataReference",
    "LocationLatitude": "locationLatitude",
    "LocationLongitude": "locationLongitude",
    "DistributionChannel": "distributionChannel",
    "UserLanguage": "userLanguage",
}
RECIPIENT = ("RecipientLastName", "RecipientFirstName", "RecipientEmail", "ExternalReference")
EMBEDDED = ("Program", "Channel", "Reason", "OrderNumber", "CaseNumber")

CASE_CHANNELS = {"call": "phone", "chat": "chat", "ticket": "email ticket", "social": "social"}
ORDER_CHANNELS = {"web": "online", "app": "online", "store": "store"}

# People who are no customers have person numbers of their own, below any customer's.
STAFF_PERSON = -1_000
PAPER_PERSON = -1_000_000

# The words in which the service desk's tool hands over the reason of a contact.
REASONS = {
    "delivery": "Delivery",
    "defect": "Product fault",
    "payment": "Payment",
    "return": "Return",
    "account": "Account",
    "product_advice": "Advice",
    "how_to": "Use",
    "renewal": "Membership",
    "complaint": "Complaint",
    "other": "Other",
}

# Scores that somebody typed in from paper.
PAPER_SCORES = np.array(["11", "6.5", "-", "9 or 10"], dtype=object)

INVITATION_COLUMNS = (
    *("distributionId", "parentDistributionId", "requestType", "surveyName", "contactId"),
    *("email", "externalDataReference", "status", "sentAt", "openedAt", "responseStartedAt"),
    *("responseCompletedAt", "responseId", "modifiedAt"),
)


def write(world: World, out: Delivery) -> None:
    """Responses on the day they were recorded, invitations on each day their state changed."""
    if world.responses.empty:
        return
    contacts = _contacts(world)
    forms = _forms(world, contacts)
    for survey in SURVEYS:
        _write_responses(world, out, survey, forms[forms["Program"] == survey.name])
    _write_invitations(world, out, contacts, forms)
    out.truth("profiles", _profiles(contacts, forms))


def _contacts(world: World) -> pd.DataFrame:
    """One row per invitation: whom the tool knows, and what the survey is about."""
    survey_names = {program: survey.name for survey in SURVEYS for program in survey.questions}
    invited = world.responses.drop_duplicates("invitation").set_index("invitation", drop=False)
    persons = world.persons.loc[invited["person"]]
    invited_at = invited["invited_at"].to_numpy()
    has_account = (persons["account"] >= 0).to_numpy() & (
        persons["account_at"].to_numpy() <= invited_at
    )
    orders = world.orders.set_index("order")["place"].map(ORDER_CHANNELS)
    cases = world.cases.set_index("case")
    case_channels = cases["channel"].map(CASE_CHANNELS)
    case_reasons = cases["reason"].map(REASONS).where(is_tagged(cases.index.to_series()), None)
    is_online = invited["order"].map(orders).eq("online").to_numpy()
    contacts = invited.assign(
        Program=invited["program"].map(survey_names),
        RecipientFirstName=persons["given_name"].to_numpy(),
        RecipientLastName=persons["surname"].to_numpy(),
        RecipientEmail=emails_at(persons, invited_at),
        ExternalReference=known_where(has_account, account_ids(persons["account"])),
        Channel=invited["case"].map(case_channels).fillna(invited["order"].map(orders)),
        Reason=invited["case"].map(case_reasons),
        OrderNumber=known_where(is_online, invited["order"].astype(str)),
        CaseNumber=_case_numbers(world, invited["case"]),
    )
    return contacts[contacts["invited_at"] < world.end]


def _case_numbers(world: World, cases: pd.Series) -> np.ndarray:
    """The number that the tool of its channel gave to each case: what the survey was sent with."""
    channels = cases.map(world.cases.set_index("case")["channel"]).to_numpy()
    calls = world.of_kind("call_inbound").drop_duplicates("case").set_index("case")["moment"]
    call_ids = [None if pd.isna(moment) else call_id(int(moment)) for moment in cases.map(calls)]
    return np.select(
        [channels == "ticket", channels == "chat", channels == "social", channels == "call"],
        [
            (FIRST_TICKET + cases).astype(str).to_numpy(),
            cases.astype(str).to_numpy(),
            ("dm-" + cases.astype(str)).to_numpy(),
            np.array(call_ids, dtype=object),
        ],
        default=np.array([None], dtype=object),
    )


def _forms(world: World, contacts: pd.DataFrame) -> pd.DataFrame:
    """One row per answered form with the true scores of its questions, and the odd ones."""
    rng = world.rng(SOURCE)
    answered = world.responses[
        (world.responses["at"] < world.end) & world.responses["is_delivered"]
    ].sort_values(["at", "response"], kind="stable")
    by_form = answered.groupby("invitation", sort=False)
    asked_beside = [f"{what}_{aspect}" for what in ("rated", "importance") for aspect in ASPECTS]
    asked_beside.append("perceived_wait_hours")
    columns = ["response", "at", "status", "text", "language", "aspect", *asked_beside]
    heads = by_form[columns].first()
    forms = heads.join(contacts[[*EMBEDDED, *RECIPIENT, "person"]], how="inner")
    for survey in SURVEYS:
        for program, question in survey.questions.items():
            asked = answered[answered["program"] == program].set_index("invitation")["score"]
            scores = asked.reindex(forms.index)
            if question == "effort":
                scores = 8 - scores
            forms[question] = scores if question not in forms else forms[question].fillna(scores)
    is_test = forms["status"].eq("test")
    forms["ResponseId"] = "R_" + forms["response"].astype(str).str.zfill(15)
    forms["Status"] = np.where(is_test, "Survey Preview", "IP Address")
    forms["DistributionChannel"] = np.where(is_test, "preview", "email")
    for column in RECIPIENT:
        forms[column] = forms[column].mask(is_test, None)
    forms["excluded"] = known_where(is_test, "test")
    forms["is_partial"] = forms["status"].eq("partial")
    forms["is_invited"] = ~is_test
    forms = pd.concat(
        [
            forms.reset_index(),
            _answers_before(rng, forms, world.start),
            _staff_answers(rng, forms),
            _paper_forms(rng, forms),
        ],
        ignore_index=True,
    )
    return forms.sort_values(["at", "ResponseId"], kind="stable", ignore_index=True)


def _answers_before(
    rng: np.random.Generator, forms: pd.DataFrame, start: np.datetime64
) -> pd.DataFrame:
    """Some answered a little earlier too, by the open link, and thought better of it."""
    is_normal = forms["status"].eq("complete") & (forms["at"] - TWICE_AFTER >= start)
    first = forms[is_normal & (rng.random(len(forms)) < TWICE_SHARE)].copy()
    first["at"] -= TWICE_AFTER
    for question, least, most in (("nps", 0, 10), ("satisfaction", 1, 5), ("effort", 1, 7)):
        shift = rng.choice([-2, -1, 1], len(first))
        first[question] = (first[question] + shift).clip(least, most)
    return first.assign(
        ResponseId="R_1" + first["ResponseId"].str[3:],
        DistributionChannel="anonymous",
        text=None,
        is_invited=False,
    )


def _staff_answers(rng: np.random.Generator, forms: pd.DataFrame) -> pd.DataFrame:
    """The staff try the open link, and are satisfied."""
    staff = forms[rng.random(len(forms)) < STAFF_SHARE].copy()
    number = pd.Series(rng.integers(1, 40, len(staff)), index=staff.index)
    staff[[*EMBEDDED[1:], "text"]] = None
    return staff.assign(
        ResponseId="R_2" + staff["ResponseId"].str[3:],
        RecipientFirstName=None,
        RecipientLastName=None,
        RecipientEmail="staff" + number.astype(str) + f"@{STAFF_DOMAIN}",
        ExternalReference=None,
        Status="IP Address",
        DistributionChannel="anonymous",
        status="complete",
        nps=staff["nps"].mask(staff["nps"].notna(), 10),
        satisfaction=staff["satisfaction"].mask(staff["satisfaction"].notna(), 5),
        excluded="employee",
        is_partial=False,
        is_invited=False,
        person=STAFF_PERSON - number,
    )


def _paper_forms(rng: np.random.Generator, forms: pd.DataFrame) -> pd.DataFrame:
    """Paper forms of nobody known, with scores that are on no scale."""
    paper = forms[rng.random(len(forms)) < PAPER_SHARE].copy()
    paper[[*EMBEDDED[1:], *RECIPIENT, "text"]] = None
    scores = pd.Series(rng.choice(PAPER_SCORES, len(paper)), index=paper.index, dtype=object)
    for question in ("nps", "satisfaction", "effort"):
        paper[question] = scores.where(paper[question].notna(), None)
    return paper.assign(
        ResponseId="R_3" + paper["ResponseId"].str[3:],
        Status="Imported",
        DistributionChannel="anonymous",
        status="complete",
        excluded="invalid",
        is_partial=False,
        is_invited=False,
        person=PAPER_PERSON - paper["response"],
    )


def _write_responses(world: World, out: Delivery, survey: Survey, forms: pd.DataFrame) -> None:
    if forms.empty:
        return
    rng = world.rng(f"{SOURCE}_{survey.name}")
    questions = list(dict.fromkeys(survey.questions.values()))
    rows = len(forms)
    is_partial = forms["is_partial"].to_numpy()
    duration = np.rint(np.exp(rng.normal(4.6, 0.5, rows)))
    duration = np.where(rng.random(rows) < SPEEDING_SHARE, rng.integers(6, 12, rows), duration)
    ended_at = forms["at"].to_numpy("datetime64[s]")
    frame = pd.DataFrame(index=forms.index)
    frame["StartDate"] = _times(ended_at - duration.astype("timedelta64[s]"))
    frame["EndDate"] = _times(ended_at)
    frame["Status"] = forms["Status"]
    octets = rng.integers(1, 255, (rows, 3)).astype(str)
    frame["IPAddress"] = ["10." + ".".join(one) for one in octets]
    frame["Progress"] = np.where(is_partial, rng.integers(30, 90, rows), 100)
    frame["Duration (in seconds)"] = duration.astype(int)
    frame["Finished"] = np.where(is_partial, "False", "True")
    frame["RecordedDate"] = _times(ended_at)
    for column in ("ResponseId", *RECIPIENT):
        frame[column] = forms[column]
    frame["LocationLatitude"] = np.round(rng.uniform(36, 56, rows), 4)
    frame["LocationLongitude"] = np.round(rng.uniform(-6, 24, rows), 4)
    frame["DistributionChannel"] = forms["DistributionChannel"]
    frame["UserLanguage"] = forms["language"].str.upper()
    for question in questions:
        frame[question] = _scores(forms[question])
        if question == "nps":
            frame["nps_NPS_GROUP"] = _nps_groups(forms["nps"])
    if survey.has_renewal:
        renewal = np.clip(np.rint(rng.normal(7, 2.5, rows)), 0, 10).astype(int).astype(str)
        frame["renewal_likelihood"] = known_where(~is_partial, renewal)
    if survey.has_items:
        frame = pd.concat([frame, _items(rng, is_partial, forms)], axis=1)
        for number, aspect in enumerate(ITEM_ASPECTS, 1):
            stated = _scores(forms[f"importance_{aspect}"]).to_numpy()
            frame[f"importance_{number}"] = known_where(~is_partial, stated)
    if survey.has_wait:
        frame["perceived_wait"] = known_where(~is_partial, _minutes(forms["perceived_wait_hours"]))
    about = forms["aspect"].to_numpy()
    chances = np.array([np.where(about == aspect, 0.7, 0.08) for aspect in TOPIC_ASPECTS])
    # Many name the price, whatever happened.
    chances[TOPIC_ASPECTS.index("price")] += 0.2
    is_ticked = np.less(rng.random((rows, len(TOPICS))).T, chances) & ~is_partial
    for number, topic in enumerate(TOPICS, 1):
        frame[f"topics_{number}"] = known_where(is_ticked[number - 1], topic)
    breaks = rng.random(rows) < LINE_BREAK_SHARE
    frame["comment"] = forms["text"].mask(
        breaks, forms["text"].str.replace(r"([,.!?]) +", r"\1\n", regex=True)
    )
    for column in EMBEDDED:
        frame[column] = forms[column]
    out.frame(
        SOURCE,
        f"responses_{survey.name}",
        ended_at,
        frame,
        kind="csv",
        extra_headers=_extra_headers(frame.columns),
        encoding="utf-8-sig",
    )
    out.truth("survey_answers", _answers(survey, forms))


def _minutes(hours: pd.Series) -> np.ndarray:
    """Hours in minutes as people tell them: the longer, the rounder."""
    minutes = 60 * hours.to_numpy()
    step = np.select([minutes < 20, minutes < 120, minutes < 600], [1, 5, 30], default=60)
    rounded = np.nan_to_num(np.rint(minutes / step) * step).astype(int).astype(str)
    return known_where(~np.isnan(minutes), rounded)


def _items(rng: np.random.Generator, is_partial: np.ndarray, forms: pd.DataFrame) -> pd.DataFrame:
    items = (
        forms[[f"rated_{aspect}" for aspect in ITEM_ASPECTS]]
        .fillna(3)
        .to_numpy(dtype=int, copy=True)
    )
    is_straight = rng.random(len(is_partial)) < STRAIGHT_LINE_SHARE
    items[is_straight] = items[is_straight, :1]
    texts = known_where(~is_partial[:, None], items.astype(str).astype(object))
    return pd.DataFrame(
        texts, columns=[f"items_{number}" for number in range(1, len(ITEMS) + 1)], index=forms.index
    )


def _answers(survey: Survey, forms: pd.DataFrame) -> pd.DataFrame:
    """The delivered answers to each scored question, on a scale where more is better."""
    parts = []
    for program, question in survey.questions.items():
        answered = forms[forms[question].notna()]
        score = pd.to_numeric(answered[question], errors="coerce")
        parts.append(
            pd.DataFrame(
                {
                    "response_id": answered["ResponseId"],
                    "person": answered["person"],
                    "program": survey.name,
                    "question": question,
                    "metric": program.rpartition("_")[2],
                    "score": (8 - score if question == "effort" else score).astype(float),
                    "at": answered["at"],
                    "order": answered["OrderNumber"],
                    "case": answered["CaseNumber"],
                    "is_invited": answered["is_invited"],
                    "excluded": answered["excluded"],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _write_invitations(
    world: World, out: Delivery, contacts: pd.DataFrame, forms: pd.DataFrame
) -> None:
    """The mailing log: what was sent, and once more what was answered."""
    rng = world.rng(f"{SOURCE}_invitations")
    links = forms[forms["is_invited"]].set_index("invitation")
    messages = _sent_messages(rng, contacts)
    answered_at = links["at"].reindex(messages.index)
    reminders = _reminders(world, messages, contacts["is_delivered"], answered_at)
    answered = _answered_messages(messages, reminders, links, answered_at)
    sent = pd.concat([messages, reminders])
    history = pd.concat([sent.assign(modified_at=sent["sent_at"]), answered])
    order = ["modified_at", "distributionId", "contactId"]
    history = history.sort_values(order, kind="stable", ignore_index=True)
    is_opened = history["responseId"].notna() | (
        (rng.random(len(history)) < OPENED_SHARE) & history["status"].eq("Success")
    )
    history["openedAt"] = _times(history["sent_at"].where(is_opened).to_numpy() + OPENED_AFTER)
    history["sentAt"] = _times(history["sent_at"])
    history["modifiedAt"] = _times(history["modified_at"])
    history["responseStartedAt"] = _times(history["response_started_at"])
    history["responseCompletedAt"] = _times(history["completed_at"])
    out.frame(
        SOURCE,
        "invitations",
        history["modified_at"],
        history[list(INVITATION_COLUMNS)],
        kind="csv",
        encoding="utf-8-sig",
    )


def _sent_messages(rng: np.random.Generator, contacts: pd.DataFrame) -> pd.DataFrame:
    """An invitation each; those of a mailing share its id."""
    sent_at = contacts["invited_at"]
    is_mailing = contacts["Program"].eq("relational")
    day = sent_at.dt.strftime("%Y%m%d")
    number = contacts["invitation"].astype(str).str.zfill(12)
    messages = pd.DataFrame(
        {
            "distributionId": "EMD_" + number.mask(is_mailing, "relational" + day),
            "parentDistributionId": None,
            "requestType": "Invite",
            "surveyName": contacts["Program"],
            "contactId": "CID_" + contacts["person"].astype(str).str.zfill(12),
            "email": contacts["RecipientEmail"],
            "externalDataReference": contacts["ExternalReference"],
            "sent_at": sent_at,
        }
    )
    is_soft = rng.random(len(messages)) < SOFT_BOUNCE_SHARE
    bounce = np.where(is_soft, "SoftBounce", "HardBounce")
    messages["status"] = np.where(contacts["is_delivered"], "Success", bounce)
    return messages


def _reminders(
    world: World, messages: pd.DataFrame, is_delivered: pd.Series, answered_at: pd.Series
) -> pd.DataFrame:
    """A second message to those who have not answered by then."""
    remind_at = messages["sent_at"] + REMINDED_AFTER
    is_reminded = (is_delivered & (remind_at < world.end) & ~(answered_at <= remind_at)).to_numpy()
    return messages[is_reminded].assign(
        parentDistributionId=lambda reminded: reminded["distributionId"],
        distributionId=lambda reminded: reminded["distributionId"] + "_R1",
        requestType="Reminder",
        sent_at=remind_at[is_reminded],
    )


def _answered_messages(
    messages: pd.DataFrame, reminders: pd.DataFrame, links: pd.DataFrame, answered_at: pd.Series
) -> pd.DataFrame:
    """The messages whose link was followed: the later one, where there are two."""
    latest = pd.concat([messages[~messages.index.isin(reminders.index)], reminders])
    answered = latest.loc[answered_at.reindex(latest.index).notna()]
    links = links.loc[answered.index]
    return answered.assign(
        status=np.where(links["is_partial"], "SurveyPartiallyFinished", "SurveyFinished"),
        response_started_at=links["at"] - STARTED_BEFORE,
        completed_at=links["at"].mask(links["is_partial"]),
        responseId=links["ResponseId"],
        modified_at=links["at"],
    )


def _profiles(contacts: pd.DataFrame, forms: pd.DataFrame) -> pd.DataFrame:
    known = pd.concat([contacts, forms[forms["person"] < 0]], ignore_index=True)
    ids = known["ExternalReference"].fillna(known["RecipientEmail"].str.lower())
    return pd.DataFrame(
        {
            "source_name": SOURCE,
            "source_profile_id": ids.fillna(known["ResponseId"]),
            "person": known["person"].astype("int64"),
        }
    ).drop_duplicates()


def _extra_headers(columns: pd.Index) -> list[list[str]]:
    texts = [QUESTION_TEXTS.get(column, column) for column in columns]
    ids = []
    for number, column in enumerate(columns, 1):
        if column in METADATA:
            import_id = {"ImportId": METADATA[column]}
            if column.endswith("Date"):
                import_id["timeZone"] = "Etc/UTC"
        else:
            import_id = {"ImportId": column if column in EMBEDDED else f"QID{number}"}
        ids.append(json.dumps(import_id, separators=(",", ":")))
    return [texts, ids]


def _nps_groups(scores: pd.Series) -> np.ndarray:
    numbers = pd.to_numeric(scores, errors="coerce")
    groups: list[Any] = [None, "Promoter", "Passive"]
    return np.select([numbers.isna(), numbers >= 9, numbers >= 7], groups, default="Detractor")


def _scores(scores: pd.Series) -> pd.Series:
    """Whole numbers without a decimal point; what is no number stays as it was typed."""
    return scores.map(
        lambda score: f"{score:.0f}" if isinstance(score, float) else score, na_action="ignore"
    )


def _times(times: object) -> np.ndarray:
    return pd.Series(np.asarray(times)).dt.strftime("%Y-%m-%d %H:%M:%S").to_numpy(dtype=object)
