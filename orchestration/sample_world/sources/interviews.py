"""Interviews with customers as a research tool exports them: a JSON document for each.

The research team talks to about six customers a month. A document has its participants and its
transcript in turns. Its quirks: a customer is known by the id in the CRM or by an e-mail address,
and one whom an agency found by neither; some do not come; a recording may fail, so that there are
no turns; people talk at once; for some turns the tool cannot tell the voice, and a document whose
transcript somebody corrected is exported again.
"""

import json

import numpy as np
import pandas as pd

from orchestration.sample_world import phrases, texts
from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.digital_ids import emails_at
from orchestration.sample_world.names import LANGUAGES
from orchestration.sample_world.sources import crm
from orchestration.sample_world.world import World, known_where

SOURCE = "interviews"

# Of each weekday: whether there is an interview.
DAILY_CHANCE = 0.28
STATUSES = ("completed", "no_show", "cancelled")
STATUS_SHARES = (0.86, 0.1, 0.04)
NO_RECORDING_SHARE = 0.08
FROM_AN_AGENCY_SHARE = 0.06
OVERLAP_SHARE = 0.1
UNKNOWN_VOICE_SHARE = 0.03
CORRECTED_SHARE = 0.25
NAMED_SHARE = 0.15
MOST_TURNS = 7
LETTERS_PER_SECOND = 14
STUDIES = ("Delivery from the customer's side", "Why people come back", "Setting up at home")

QUESTIONS = {
    "en": ("Thank you for your time. How did your last order go?", "What happened then?",
           "How did you feel about that?", "What should we do better?"),
    "pl": ("Dziękuję za rozmowę. Jak przebiegło ostatnie zamówienie?", "Co było potem?",
           "Jak się Pan/Pani z tym czuł/a?", "Co powinniśmy robić lepiej?"),
    "ru": ("Спасибо, что нашли время. Как прошёл последний заказ?", "Что было потом?",
           "Что вы при этом почувствовали?", "Что нам сделать лучше?"),
    "zh": ("感谢您抽时间。上一次购物怎么样?", "后来呢?",
           "您当时感觉如何?", "我们哪里可以做得更好?"),
    "es": ("Gracias por su tiempo. ¿Cómo fue su último pedido?", "¿Y qué pasó después?",
           "¿Cómo se sintió?", "¿Qué deberíamos hacer mejor?"),
    "de": ("Danke für Ihre Zeit. Wie lief Ihre letzte Bestellung?", "Und was geschah dann?",
           "Wie ging es Ihnen damit?", "Was sollten wir besser machen?"),
}  # fmt: skip
# A word in between, which often overlaps with the end of an answer.
NODS = {"en": "I see.", "pl": "Rozumiem.", "ru": "Понятно.", "zh": "明白。", "es": "Ya veo.",
        "de": "Verstehe."}  # fmt: skip
NAMING = {"en": "I told them, my name is {name}.", "pl": "Mówiłam im, nazywam się {name}.",
          "ru": "Я им сказал, меня зовут {name}.", "zh": "我告诉他们,我叫{name}。",
          "es": "Les dije que me llamo {name}.", "de": "Ich sagte, ich heiße {name}."}  # fmt: skip


def write(world: World, out: Delivery) -> None:
    """Every document on the day of the interview, and again when it was corrected.

    The team is the company's: it finds its customers among the first chunk of them.
    """
    if world.chunk:
        return
    interviews = _interviews(world)
    if interviews.empty:
        return
    answers = _answers(world, interviews)
    days, documents, owners = [], [], []
    for number, interview in enumerate(interviews.to_dict("records")):
        turns = _turns(interview, answers[number])
        first = _document(interview, turns, is_corrected=False)
        days.append(interview["ended_at"])
        documents.append(first)
        if interview["is_corrected"] and turns:
            days.append(interview["corrected_at"])
            documents.append(_document(interview, turns, is_corrected=True))
        owners.append(_true_words(interview, turns, world))
    out.documents(SOURCE, "interviews", pd.Series(days).to_numpy(), documents, key="interviews")
    _write_truth(out, interviews, owners)


def _interviews(world: World) -> pd.DataFrame:
    """When there is one, with whom, and what becomes of it; a row per interview."""
    rng = world.rng(SOURCE)
    draws = rng.random((world.days, 12))
    day = np.arange(world.days)
    # 1 January 2026 is a Thursday.
    is_weekday = (day + 3) % 7 < 5
    held = np.flatnonzero((draws[:, 0] < DAILY_CHANCE) & is_weekday)
    draws = draws[held]
    seconds = held * 86_400 + (8 + np.floor(draws[:, 1] * 9)) * 3_600
    scheduled_at = world.start + seconds.astype("int64").astype("timedelta64[s]")
    known = world.persons[world.persons["email"].notna()]
    first_at = known["first_at"].to_numpy()
    person = np.full(len(held), -1)
    for row, (at, draw) in enumerate(zip(scheduled_at, draws[:, 2], strict=True)):
        customers = np.flatnonzero(first_at < at)
        if len(customers):
            person[row] = known["person"].to_numpy()[customers[int(draw * len(customers))]]
    is_found = person >= 0
    held, draws, person = held[is_found], draws[is_found], person[is_found]
    scheduled_at = scheduled_at[is_found]
    status = np.searchsorted(np.cumsum(STATUS_SHARES)[:-1], draws[:, 3], side="right")
    minutes = 18 + np.floor(draws[:, 4] * 35)
    started_at = scheduled_at + (draws[:, 5] * 400).astype("int64").astype("timedelta64[s]")
    ended_at = started_at + (minutes * 60).astype("int64").astype("timedelta64[s]")
    days_later = (1 + np.floor(draws[:, 6] * 5)).astype("int64").astype("timedelta64[D]")
    persons = world.persons.loc[person].reset_index(drop=True)
    entered = pd.Series(crm.contact_ids(world)).reindex(person).to_numpy()
    by_agency = draws[:, 8] < FROM_AN_AGENCY_SHARE
    has_crm = pd.notna(entered) & ~by_agency
    has_email = ~by_agency & (~has_crm | (draws[:, 9] < 0.3))
    interviews = pd.DataFrame(
        {
            "interview_id": [f"itv-{number:05d}" for number in held],
            "person": person,
            "study": [STUDIES[number // 60 % len(STUDIES)] for number in held],
            "status": np.array(STATUSES, dtype=object)[status],
            "language": persons["language"],
            "scheduled_at": scheduled_at,
            "started_at": started_at,
            "ended_at": ended_at,
            "corrected_at": ended_at + days_later,
            "is_corrected": draws[:, 7] < CORRECTED_SHARE,
            "has_recording": (draws[:, 10] >= NO_RECORDING_SHARE) & (status == 0),
            "name": persons["given_name"] + " " + persons["surname"],
            "email": known_where(has_email, emails_at(persons, started_at)),
            "crm_id": known_where(has_crm, entered),
        }
    )
    # As objects, so that what is missing is None and not a number.
    return interviews.astype(object).where(interviews.notna(), None)


def _answers(world: World, interviews: pd.DataFrame) -> list[pd.DataFrame]:
    """What each customer says, turn by turn: an opinion of the band that their last answer had."""
    rng = world.rng("interview answers")
    count = len(interviews)
    draws = rng.random((count, MOST_TURNS, 8))
    turns = 4 + np.floor(draws[:, 0, 0] * (MOST_TURNS - 3)).astype("int64")
    mood = draws[:, 0, 1]
    language = np.array([LANGUAGES.index(code) for code in interviews["language"]])
    # One turn in four says something else than the rest.
    leaning = np.where(mood < 0.35, texts.NEGATIVE, np.where(mood < 0.5, texts.NEUTRAL, 2))
    other = np.floor(draws[:, :, 3] * 3).astype("int64")
    band = np.where(draws[:, :, 2] < 0.25, other, leaning[:, None])
    aspect = np.floor(draws[:, :, 4] * len(phrases.ASPECTS)).astype("int64")
    words, said = texts.opinions(
        rng,
        np.ones(count * MOST_TURNS, dtype=bool),
        band.ravel(),
        np.repeat(language, MOST_TURNS),
        aspect.ravel(),
    )
    table = pd.DataFrame(
        {
            "words": words,
            "band": said,
            "overlaps": draws[:, :, 5].ravel() < OVERLAP_SHARE,
            "is_unknown_voice": draws[:, :, 6].ravel() < UNKNOWN_VOICE_SHARE,
            "is_naming": draws[:, :, 7].ravel() < NAMED_SHARE / MOST_TURNS,
        }
    )
    return [
        table.iloc[row * MOST_TURNS : row * MOST_TURNS + turns[row]].reset_index(drop=True)
        for row in range(count)
    ]


def _turns(interview: dict[str, object], answers: pd.DataFrame) -> list[dict[str, object]]:
    """The transcript as it was spoken; `true_speaker` is who it was, whatever the tool knows."""
    if not interview["has_recording"]:
        return []
    language = str(interview["language"])
    turns: list[dict[str, object]] = []
    clock = 1.5

    def speak(speaker: str, text: str, overlaps: bool = False, is_unknown: bool = False) -> None:
        nonlocal clock
        start = max(clock - 0.8, 0) if overlaps else clock
        end = round(start + len(text) / LETTERS_PER_SECOND + 0.6, 2)
        turns.append(
            {
                "true_speaker": speaker,
                "speaker": None if is_unknown else speaker,
                "start": round(start, 2),
                "end": end,
                "text": text,
            }
        )
        clock = max(clock, end) + 0.4

    for number, answer in enumerate(answers.to_dict("records")):
        questions = QUESTIONS[language]
        speak("p1", questions[number if number < len(questions) else 1 + number % 3])
        words = str(answer["words"])
        if answer["is_naming"]:
            words += ("" if language == "zh" else " ") + NAMING[language].replace(
                "{name}", str(interview["name"])
            )
        speak("p2", words, is_unknown=bool(answer["is_unknown_voice"]))
        if answer["overlaps"]:
            speak("p1", NODS[language], overlaps=True)
    return turns


def _document(
    interview: dict[str, object], turns: list[dict[str, object]], is_corrected: bool
) -> str:
    """The document as of that day: a correction names the voices that the tool did not know."""
    was_held = interview["status"] == "completed"
    changed_at = interview["corrected_at" if is_corrected else "ended_at"]
    return json.dumps(
        {
            "id": interview["interview_id"],
            "project": interview["study"],
            "status": interview["status"],
            "language": interview["language"],
            "scheduled_at": _text(interview["scheduled_at"]),
            "started_at": _text(interview["started_at"]) if was_held else None,
            "ended_at": _text(interview["ended_at"]) if was_held else None,
            "updated_at": _text(changed_at),
            "participants": [
                {"id": "p1", "role": "moderator", "name": "Research team"},
                {
                    "id": "p2",
                    "role": "participant",
                    "name": interview["name"],
                    "email": interview["email"],
                    "crm_id": interview["crm_id"],
                },
            ],
            "transcript": [
                {
                    "speaker": turn["true_speaker"] if is_corrected else turn["speaker"],
                    **{name: turn[name] for name in ("start", "end", "text")},
                }
                for turn in turns
            ],
        },
        ensure_ascii=False,
    )


def _text(at: object) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _true_words(
    interview: dict[str, object], turns: list[dict[str, object]], world: World
) -> tuple[str | None, str]:
    """What the customer is known to have said at the end of the world, and the interviewer."""
    corrected_at = pd.Timestamp(str(interview["corrected_at"]))
    is_corrected = interview["is_corrected"] and corrected_at < world.end
    speaker = "true_speaker" if is_corrected else "speaker"
    own = [str(turn["text"]) for turn in turns if turn[speaker] == "p2"]
    others = [str(turn["text"]) for turn in turns if turn["true_speaker"] == "p1"]
    return (" / ".join(own) or None, " / ".join(others))


def _write_truth(
    out: Delivery, interviews: pd.DataFrame, owners: list[tuple[str | None, str]]
) -> None:
    profiles = pd.DataFrame(
        {
            "source_name": SOURCE,
            "source_profile_id": [
                f"crm:{crm_id}" if crm_id else f"email:{email.lower()}" if email else None
                for crm_id, email in zip(interviews["crm_id"], interviews["email"], strict=True)
            ],
            "person": interviews["person"].astype("int64"),
        }
    )
    out.truth("profiles", profiles.dropna().drop_duplicates())
    out.truth(
        "interviews",
        pd.DataFrame(
            {
                "interview_id": interviews["interview_id"],
                "person": interviews["person"].astype("int64"),
                "status": interviews["status"],
                "started_at": interviews["started_at"].astype("datetime64[ms]"),
                "customer_words": pd.Series([own for own, _ in owners], dtype=object),
                "interviewer_words": pd.Series([others for _, others in owners], dtype=object),
            }
        ),
    )
