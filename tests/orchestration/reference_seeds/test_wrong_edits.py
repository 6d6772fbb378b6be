"""What people do to a seed by mistake, and the one message that each mistake gets."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from orchestration.landing import load_contracts
from orchestration.paths import REFERENCE_DIR

Edit = Callable[[str], str]


def swap(old: str, new: str) -> Edit:
    """The text once otherwise."""

    def edit(text: str) -> str:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        return text.replace(old, new)

    return edit


def without(start: str) -> Edit:
    """Every line that begins so taken out."""

    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(start)]
        assert len(kept) < len(lines)
        return "".join(kept)

    return edit


def each_line(change: Edit) -> Edit:
    """Every line changed."""
    return lambda text: "".join(change(line) for line in text.splitlines(keepends=True))


def plus(*rows: str) -> Edit:
    """Rows at the end."""
    return lambda text: text + "".join(f"{row}\n" for row in rows)


def only_header(text: str) -> str:
    return text.splitlines(keepends=True)[0]


STORES_HEADER = "store_id,store_name,country_code,city,time_zone"
SAVE_AS = "save it as CSV in UTF-8 (in a spreadsheet: “CSV UTF-8”)"

# File, what happens to its text, line and reason.
SHAPES: dict[str, tuple[str, Edit, int, str]] = {
    "semicolons": (
        "stores.csv",
        lambda text: text.replace(",", ";"),
        1,
        "cells are separated by ';': separate them by commas",
    ),
    "tabs": (
        "kpi_targets.csv",
        lambda text: text.replace(",", "\t"),
        1,
        "cells are separated by tabs: separate them by commas",
    ),
    "empty file": (
        "stores.csv",
        lambda _text: "",
        1,
        f"an empty file: its header is {STORES_HEADER}",
    ),
    "blank file": (
        "stores.csv",
        lambda _text: "\n  \n",
        1,
        f"an empty file: its header is {STORES_HEADER}",
    ),
    "header only": ("kpis.csv", only_header, 1, "only a header: bring the rows back"),
    "no header": (
        "stores.csv",
        lambda text: text.split("\n", 1)[1],
        1,
        f"no header: the header is {STORES_HEADER}",
    ),
    "missing column": (
        "stores.csv",
        each_line(lambda line: line.rsplit(",", 1)[0] + "\n"),
        1,
        f"no column time_zone: the header is {STORES_HEADER}",
    ),
    "extra column": (
        "stores.csv",
        each_line(lambda line: line.rstrip("\n") + ",phone\n"),
        1,
        f"unknown column 'phone': the header is {STORES_HEADER}",
    ),
    "misspelt column": (
        "stores.csv",
        swap("country_code,city", "contry_code,city"),
        1,
        f"no column country_code, unknown column 'contry_code': the header is {STORES_HEADER}",
    ),
    "column twice": (
        "stores.csv",
        each_line(
            lambda line: (
                line.rstrip("\n")
                + (",city\n" if line.startswith("store_id") else f",{line.split(',')[3]}\n")
            )
        ),
        1,
        f"column city twice: the header is {STORES_HEADER}",
    ),
    "space in a slug": (
        "channels.csv",
        swap("chat,Chat", "chat ,Chat"),
        11,
        "channel_slug 'chat ' begins or ends with a space: take it out",
    ),
    "spaces after commas": (
        "stores.csv",
        lambda text: text.replace(",", ", ").replace(", ", ",", 4),
        2,
        "store_name ' Warsaw Centre' begins or ends with a space "
        "(also in line 2, 3, 4, 5, 6, …): take it out",
    ),
    "space that does not break": (
        "stores.csv",
        swap("Berlin,Europe", "Berlin\u00a0,Europe"),
        5,
        "city 'Berlin\\xa0' begins or ends with a space: take it out",
    ),
    "unclosed quote at the end": (
        "stores.csv",
        swap("London Bridge", '"London Bridge'),
        7,
        "a quote is not closed in its line: close it, and double each quote inside a text",
    ),
    "unclosed quote before others": (
        "company_sources.csv",
        swap("crm,true,CRM", 'crm,true,"CRM'),
        5,
        "a quote is not closed in its line: close it, and double each quote inside a text",
    ),
    "quote inside a text": (
        "stores.csv",
        swap("Berlin Mitte", '"Berlin "Mitte""'),
        5,
        "a quote is not closed in its line: close it, and double each quote inside a text",
    ),
    "line break in a cell": (
        "stores.csv",
        swap("Berlin Mitte", '"Berlin\nMitte"'),
        5,
        "a quote before 'Berlin' is not closed in its line: "
        "close it, and double each quote inside a text",
    ),
    "unquoted comma": (
        "stores.csv",
        swap("Berlin Mitte", "Berlin, Mitte"),
        5,
        "6 cells under 5 column names: "
        "quote a text that holds a comma, and end an empty cell with one",
    ),
    "cells cut off": (
        "stores.csv",
        lambda text: text.replace(",Europe/Warsaw", ""),
        2,
        "4 cells under 5 column names (also in line 3, 4): "
        "quote a text that holds a comma, and end an empty cell with one",
    ),
    "empty rows": (
        "stores.csv",
        plus(",,,,", ",,,,"),
        8,
        "a row without a value (also in line 9): take it out",
    ),
    "empty line above the header": (
        "stores.csv",
        lambda text: "\n" + text,
        1,
        "an empty line: take it out",
    ),
    "empty line in one column": (
        "lasting_contacts.csv",
        plus(""),
        6,
        "an empty line: take it out",
    ),
    "two kinds of line ends": (
        "stores.csv",
        swap("Europe/Madrid\n", "Europe/Madrid\r\n"),
        6,
        "ends otherwise than the lines before it (CRLF or LF): save the file with one",
    ),
}


def file(seeds: Path, name: str) -> Path:
    (path,) = seeds.rglob(name)
    return path


def change(path: Path, edit: Edit) -> None:
    text = edit(path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8", newline="")


@pytest.mark.parametrize(("name", "edit", "line", "reason"), SHAPES.values(), ids=SHAPES)
def test_a_file_without_a_shape_gets_one_message(seeds, reasons, name, edit, line, reason):
    change(file(seeds, name), edit)

    assert reasons() == [(name, line, reason)]


# What a spreadsheet saves when it is not asked for UTF-8.
BYTES = {
    "Windows-1252": (
        lambda text: text.replace("Berlin Mitte", "Köln").encode("cp1252"),
        5,
        f"byte 0xf6 is not UTF-8: {SAVE_AS}",
    ),
    "UTF-16": (lambda text: text.encode("utf-16"), 1, f"text in UTF-16, not in UTF-8: {SAVE_AS}"),
    "UTF-16 without a mark": (
        lambda text: text.encode("utf-16-le"),
        1,
        f"text in UTF-16, not in UTF-8: {SAVE_AS}",
    ),
    "a workbook": (lambda _text: b"PK\x03\x04rest", 1, f"a workbook, not text: {SAVE_AS}"),
}


@pytest.mark.parametrize(("encode", "line", "reason"), BYTES.values(), ids=BYTES)
def test_bytes_that_are_no_text_get_one_message(seeds, reasons, encode, line, reason):
    stores = file(seeds, "stores.csv")
    stores.write_bytes(encode(stores.read_text()))

    assert reasons() == [("stores.csv", line, reason)]


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda text: "\ufeff" + text, id="a byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: text.replace("S03", "\nS03"), id="an empty line between"),
        pytest.param(lambda text: text.rstrip("\n"), id="no line end at the end"),
        pytest.param(only_header, id="no store at all"),
    ],
)
def test_what_the_engine_reads_is_no_mistake(seeds, reasons, edit):
    change(file(seeds, "stores.csv"), edit)

    # The teams of stores that are gone have no shape to do with it.
    assert [problem for problem in reasons() if "store_id" not in problem[2]] == []


def test_only_the_first_file_without_a_shape_is_told(seeds, reasons):
    for name in ("stores.csv", "channels.csv", "kpis.csv"):
        change(file(seeds, name), lambda text: text.replace(",", ";"))

    assert [problem[0] for problem in reasons()] == ["channels.csv"]


def test_a_seed_that_is_gone_or_that_nobody_describes_is_named(seeds, reasons):
    file(seeds, "channels.csv").rename(seeds / "channels" / "my_channels.csv")

    assert reasons() == [
        ("_channels__seeds.yml", 1, "no file channels.csv beside it: bring it back")
    ]

    (seeds / "channels" / "channels.csv").write_text("channel_slug,place_slug\nweb,web\n")
    (seeds / "channels" / "channels.csv").unlink()
    (seeds / "channels" / "my_channels.csv").rename(seeds / "channels" / "channels.csv")
    (seeds / "channels" / "notes.csv").write_text("note\nhello\n")

    assert reasons() == [
        ("notes.csv", 1, "no YAML file beside it declares this seed: describe it there")
    ]


def test_yaml_that_cannot_be_read_is_named_with_its_line(seeds, reasons):
    change(file(seeds, "_loyalty__seeds.yml"), lambda text: text + "\tbroken: true\n")

    (problem,) = reasons()

    assert problem[:2] == ("_loyalty__seeds.yml", 10)


NUMBER = "write digits alone, with a point before a fraction (0.85, not 0,85 or 85%)"
SENSE: dict[str, tuple[str, Edit, int, str]] = {
    # Time zones
    "zone of the company misspelt": (
        "company_settings.csv",
        swap("Europe/Warsaw", "Europe/Warszawa"),
        3,
        "default_time_zone 'Europe/Warszawa' is no time zone: "
        "write its name, such as Europe/Warsaw",
    ),
    "offset for a zone": (
        "company_settings.csv",
        swap("Europe/Warsaw", "UTC+2"),
        3,
        "default_time_zone 'UTC+2' is no time zone: write its name, such as Europe/Warsaw",
    ),
    "abbreviation for a zone": (
        "company_settings.csv",
        swap("Europe/Warsaw", "CEST"),
        3,
        "default_time_zone 'CEST' is no time zone: write its name, such as Europe/Warsaw",
    ),
    "zone of a store": (
        "stores.csv",
        swap("Europe/Berlin", "Europe/Nowhere"),
        5,
        "time_zone 'Europe/Nowhere' is no time zone: write its name, such as Europe/Warsaw",
    ),
    "store without a zone": (
        "stores.csv",
        swap("Berlin,Europe/Berlin", "Berlin,"),
        5,
        "no time_zone: fill it in",
    ),
    "zone of a calendar": (
        "business_calendars.csv",
        swap("Europe/Madrid", "Madrid"),
        3,
        "time_zone 'Madrid' is no time zone: write its name, such as Europe/Madrid",
    ),
    # The company
    "currency in words": (
        "company_settings.csv",
        swap("reporting_currency,EUR", "reporting_currency,EURO"),
        4,
        "reporting_currency 'EURO' is no currency of ISO 4217: write it like EUR",
    ),
    "country in words": (
        "company_settings.csv",
        swap("default_country,PL", "default_country,Poland"),
        5,
        "default_country 'Poland' is no country of ISO 3166: write it like PL",
    ),
    "cost with a comma": (
        "company_settings.csv",
        swap("per_hour,24,", 'per_hour,"24,50",'),
        6,
        "handling_cost_per_hour '24,50': write an amount of 0 or more",
    ),
    "no session": (
        "company_settings.csv",
        swap("minutes,30", "minutes,0"),
        9,
        "session_timeout_minutes '0': write minutes above 0",
    ),
    "thirteenth month": (
        "company_settings.csv",
        swap("first_month,1", "first_month,13"),
        10,
        "fiscal_year_first_month '13': write a month, 1 to 12",
    ),
    "share in percent": (
        "company_settings.csv",
        swap("share,0.01", "share,1.5"),
        12,
        "as_of_early_share '1.5': write a share between 0 and 1",
    ),
    "neither true nor false": (
        "company_settings.csv",
        swap("stale_as_of,false", "stale_as_of,no"),
        14,
        "allow_stale_as_of 'no': write true or false",
    ),
    "setting without a value": (
        "company_settings.csv",
        swap("company_name,Sample company", "company_name,"),
        2,
        "no setting_value: fill it in",
    ),
    "setting taken out": (
        "company_settings.csv",
        without("as_of_late_days"),
        1,
        "no row for setting 'as_of_late_days': bring it back",
    ),
    "source unknown": (
        "company_sources.csv",
        plus("kiosks,true,Kiosks"),
        20,
        "source_name 'kiosks' is unknown: write one of accounts, calls, chat, complete_journey, "
        "crm, email, employees, interviews, loyalty, messaging, pos, product_usage, sensors, "
        "shop, social, surveys, tickets, web",
    ),
    "source neither on nor off": (
        "company_sources.csv",
        swap("pos,true", "pos,"),
        4,
        "no is_enabled: fill it in",
    ),
    "source of words misspelt": (
        "source_coverage.csv",
        swap("chat,2026", "chats,2026"),
        3,
        "source_name 'chats' is not in company_sources.csv: write 'chat', or add it there",
    ),
    # Exchange rates
    "rate of nothing": (
        "currency_rates.csv",
        swap("2026-01-01,0.2352", "2026-01-01,0"),
        3,
        "rate 0 is not above 0: write a number that is",
    ),
    "rate below nothing": (
        "currency_rates.csv",
        swap("2026-01-01,0.2352", "2026-01-01,-0.2352"),
        3,
        "rate -0.2352 is not above 0: write a number that is",
    ),
    "no rate": (
        "currency_rates.csv",
        swap("2026-01-01,0.2352", "2026-01-01,"),
        3,
        "no rate: fill it in",
    ),
    "rate twice": (
        "currency_rates.csv",
        plus("PLN,EUR,2025-12-01,0.24"),
        26,
        "from_currency 'PLN', to_currency 'EUR', valid_from '2025-12-01' as in line 2: "
        "take one of them out",
    ),
    "day of a spreadsheet": (
        "currency_rates.csv",
        swap("PLN,EUR,2025-12-01", "PLN,EUR,01.12.2025"),
        2,
        "valid_from '01.12.2025' is no date: write a day that exists as YYYY-MM-DD",
    ),
    "day that does not exist": (
        "holidays.csv",
        swap("DE,2025-01-01", "DE,2025-02-30"),
        2,
        "holiday_date '2025-02-30' is no date: write a day that exists as YYYY-MM-DD",
    ),
    "currency gone": (
        "currency_rates.csv",
        without("PLN"),
        8,
        "currencies 'PLN' has no rate to EUR in currency_rates.csv: add its rates",
    ),
    "cost in a currency without rates": (
        "touchpoint_costs.csv",
        swap("page_viewed,0,EUR", "page_viewed,0,CHF"),
        2,
        "currency 'CHF' has no rate to EUR in currency_rates.csv: add its rates",
    ),
    # KPIs
    "own parent": (
        "kpis.csv",
        swap("Customer satisfaction,journey,nps_relational", "Customer satisfaction,journey,csat"),
        42,
        "parent_metric_slug 'csat' goes in a circle (csat → csat): name a KPI above it",
    ),
    "circle of two": (
        "kpis.csv",
        swap("contact resolution,journey,nps_relational", "contact resolution,journey,reopening"),
        22,
        "parent_metric_slug 'reopening' goes in a circle (fcr → reopening → fcr): "
        "name a KPI above it",
    ),
    "no parent": (
        "kpis.csv",
        swap("Customer satisfaction,journey,nps_relational", "Customer satisfaction,journey,"),
        42,
        "parent_metric_slug '' at level journey: "
        "the top has no parent, and every other KPI has one",
    ),
    "misspelt where it is defined": (
        "loyalty_tiers.csv",
        swap("silver,Silver,2", "silver,Silver,two"),
        3,
        "tier_rank 'two' is no integer: write a whole number, in digits alone",
    ),
    "target in percent": (
        "kpi_targets.csv",
        swap("csat,total,all,,0.8", "csat,total,all,,80"),
        49,
        "target 80 of csat in share: write 0 to 1 (0.85 for 85 %)",
    ),
    "target out of its bounds": (
        "kpi_targets.csv",
        swap("review_stars,total,all,,4.2", "review_stars,total,all,,42"),
        55,
        "target 42 of review_stars in stars: write 1 to 5",
    ),
    "target with a percent sign": (
        "kpi_targets.csv",
        swap("csat,total,all,,0.8", "csat,total,all,,80%"),
        49,
        f"target '80%' is no double: {NUMBER}",
    ),
    "target of an unknown channel": (
        "kpi_targets.csv",
        swap("call_wait_time,channel,phone", "call_wait_time,channel,phones"),
        15,
        "member 'phones' is not in channels.csv: write 'phone', or add it there",
    ),
    "target of an unknown dimension": (
        "kpi_targets.csv",
        swap("call_wait_time,channel,phone", "call_wait_time,chanel,phone"),
        15,
        "dimension 'chanel' is not in kpi_dimensions.csv: write 'channel', or add it there",
    ),
    "target by a dimension that the KPI lacks": (
        "kpi_targets.csv",
        swap("contact_pressure,total,all", "contact_pressure,channel,email"),
        85,
        "dimension 'channel' is none of contact_pressure: write one of its total segment",
    ),
    "unknown dimension": (
        "kpis.csv",
        swap("total segment product store,,,,", "total segment products store,,,,"),
        38,
        "dimensions 'products' is not in kpi_dimensions.csv: write 'product', or add it there",
    ),
    "unknown mart": (
        "mart_rules.csv",
        swap("peak_end,", "peek_end,"),
        13,
        "mart 'peek_end' is unknown: write 'peak_end'",
    ),
    "unknown mart of a KPI": (
        "kpis.csv",
        swap("orders,churn,", "orders,churns,"),
        80,
        "mart 'churns' is unknown: write 'churn'",
    ),
    "unknown unit": (
        "kpis.csv",
        swap(
            "Call waiting time,operational,first_response_time,duration,seconds",
            "Call waiting time,operational,first_response_time,duration,minutes",
        ),
        7,
        "unit 'minutes' is not in kpi_units.csv: write 'points', or add it there",
    ),
    "unit of another kind": (
        "kpis.csv",
        swap(
            "Call waiting time,operational,first_response_time,duration,seconds",
            "Call waiting time,operational,first_response_time,duration,share",
        ),
        7,
        "unit 'share' of kind duration: write seconds",
    ),
    "share beyond 1": (
        "kpis.csv",
        swap(",2,0,1,30,true,Voice of customer,3", ",2,0,100,30,true,Voice of customer,3"),
        42,
        "lowest 0 and highest 100 of a share: write 0 and 1",
    ),
    "bounds that hold nothing": (
        "kpis.csv",
        swap(",2,0,1,30,true,Voice of customer,3", ",2,1,0,30,true,Voice of customer,3"),
        42,
        "highest 0 is not above lowest 1: write one that is",
    ),
    "figures of nobody": (
        "mart_rules.csv",
        swap("advocacy,30", "advocacy,-5"),
        2,
        "minimum_n -5 is below 1: write at least 1",
    ),
    "KPI of nobody": (
        "kpis.csv",
        swap(",2,0,1,30,true,Voice of customer,3", ",2,0,1,0,true,Voice of customer,3"),
        42,
        "minimum_n 0 is below 1: write at least 1",
    ),
    # Early warning
    "rule of a count in an area that it has not": (
        "warning_rules.csv",
        swap("sign_in,none,fall", "sign_in,page,fall"),
        13,
        "area 'page' is not known of a sign_in: write one of none",
    ),
    "rule of an unknown count": (
        "warning_rules.csv",
        swap("sign_in,none,fall", "login,none,fall"),
        13,
        "count_of 'login' is unknown: write one of contact_reason, emerging_term, error, "
        "low_score, new_error, purchase, sign_in",
    ),
    "rule of single customers": (
        "warning_rules.csv",
        swap("fall,none,1 7,0.05,5,42,Digital", "fall,none,1 7,0.05,2,42,Digital"),
        13,
        "minimum_customers 2 of sign_in would show single customers: write 5 or more",
    ),
    "rule of too short a baseline": (
        "warning_rules.csv",
        swap("fall,none,1 7,0.05,5,42,Digital", "fall,none,1 7,0.05,5,21,Digital"),
        13,
        "minimum_baseline_days 21 is below 42: write 42 to 56",
    ),
    "window that a test has not": (
        "warning_rules.csv",
        swap("rise,none,3,,2,42", "rise,none,1 7,,2,42"),
        7,
        "window_days '1 7' of new_error: write 3",
    ),
    "rate without a share of false ones": (
        "warning_rules.csv",
        swap("fall,none,1 7,0.05,5,42,Digital", "fall,none,1 7,,5,42,Digital"),
        13,
        "no false_share: fill it in",
    ),
    "share of false ones of what has no rate": (
        "warning_rules.csv",
        swap("rise,none,3,,2,42", "rise,none,3,0.05,2,42"),
        7,
        "false_share of new_error, which has none: leave it empty",
    ),
    "new error that falls": (
        "warning_rules.csv",
        swap("page,rise,none,3", "page,fall,none,3"),
        7,
        "a new_error only comes up: write direction rise",
    ),
    "purchases per active customer": (
        "warning_rules.csv",
        swap("sign_in,none,fall,none", "sign_in,none,fall,active_customers"),
        13,
        "sign_in is counted as it is: write exposure none",
    ),
    "rule twice under two names": (
        "warning_rules.csv",
        plus("logins,Fewer log in,sign_in,none,fall,none,1 7,0.05,5,42,Digital"),
        15,
        "logins counts what the rule in line 13 counts: take one of them out",
    ),
    "nobody buys a page": (
        "exposure_rules.csv",
        swap("page,saw,7", "page,bought,7"),
        6,
        "nobody is exposed to a page as one who bought: write one of met_error, saw",
    ),
    "exposed for no time": (
        "exposure_rules.csv",
        swap("page,saw,7", "page,saw,0"),
        6,
        "days 0 is below 1: write 1 to 365",
    ),
    "setting of early warning taken out": (
        "warning_settings.csv",
        without("asking_days"),
        1,
        "no row for setting 'asking_days': bring it back",
    ),
    # Experiments
    "improvement with arms": (
        "experiments.csv",
        swap("improvement,before_after", "improvement,randomised"),
        7,
        "method 'randomised' of kind 'improvement': write 'before_after'",
    ),
    "action for nobody": (
        "action_conditions.csv",
        swap("win_back,days_past_rhythm,at_least,1\n", ""),
        5,
        "win_back has no condition: add a row to action_conditions.csv",
    ),
    "action without a message": (
        "messages.csv",
        swap("ask_after_trouble_email,ask_after_trouble,email,any,\n", ""),
        4,
        "ask_after_trouble has no message: add a row to messages.csv",
    ),
    "offer that is called service": (
        "actions.csv",
        swap("offer,marketing,buys,30,0.05,35", "offer,service,buys,30,0.05,35"),
        5,
        "win_back is an offer, which needs consent: write purpose marketing",
    ),
    "half of the quiet hours": (
        "contact_policies.csv",
        swap("sms,20,9", "sms,20,"),
        4,
        "quiet hours need both ends: fill in the other, or leave both empty",
    ),
    "message of an unknown action": (
        "messages.csv",
        swap("win_back_push,win_back", "win_back_push,win_bak"),
        7,
        "action_slug 'win_bak' is not in actions.csv: write 'win_back', or add it there",
    ),
    "experiment on nobody": (
        "experiments.csv",
        swap("CMP016,buys", ",buys"),
        6,
        "no subject, which randomised needs: fill it in",
    ),
    "experiment without a window": (
        "experiments.csv",
        swap("CMP016,buys,,7", "CMP016,buys,,"),
        6,
        "no window_days, which randomised needs: fill it in",
    ),
    "series beside arms": (
        "experiments.csv",
        swap("CMP016,buys,,7,0.2,,", "CMP016,buys,,7,0.2,channel,"),
        6,
        "dimension 'channel' of randomised, which has none: leave it empty",
    ),
    "arms beside series": (
        "experiments.csv",
        swap("fcr,,,,channel", "fcr,,,0.1,channel"),
        7,
        "held_out_share '0.1' of before_after, which has none: leave it empty",
    ),
    "outcome that nothing shows": (
        "experiments.csv",
        swap("CMP016,buys", "CMP016,buy"),
        6,
        "metric_slug 'buy' is unknown: write 'buys'",
    ),
    "goal of no journey": (
        "experiments.csv",
        swap("reaches_goal,repeat_purchase", "reaches_goal,"),
        4,
        "reaches_goal without a journey_slug: write one of journey_types.csv",
    ),
    "journey of no goal": (
        "experiments.csv",
        swap("CMP016,buys,", "CMP016,buys,renewal"),
        6,
        "journey_slug 'renewal' of buys, which has none: leave it empty",
    ),
    "all held out": (
        "experiments.csv",
        swap("CMP016,buys,,7,0.2", "CMP016,buys,,7,1"),
        6,
        "held_out_share 1 is above 0.99: write 0 to 0.99",
    ),
    "improvement of no KPI": (
        "experiments.csv",
        swap("before_after,,fcr,", "before_after,,fcrr,"),
        7,
        "metric_slug 'fcrr' is not in kpis.csv: write 'fcr', or add it there",
    ),
    "improvement of a median": (
        "experiments.csv",
        swap("before_after,,fcr,", "before_after,,store_zone_dwell,"),
        7,
        "metric_slug 'store_zone_dwell' is a median: write a KPI that is a rate or mean",
    ),
    "improvement of no dimension of its KPI": (
        "experiments.csv",
        swap("channel,chat,ticket", "store,chat,ticket"),
        7,
        "dimension 'store' is unknown: write one of channel, contact_reason, journey, segment, "
        "service_cell, team, total",
    ),
    "improvement compared with itself": (
        "experiments.csv",
        swap("channel,chat,ticket", "channel,chat,chat"),
        7,
        "member 'chat' is compared with itself: write another comparison_member",
    ),
    "experiment that ends before it begins": (
        "experiments.csv",
        swap("2026-03-01,", "2026-03-01,2026-03-01"),
        7,
        "ended 2026-03-01 is not after started 2026-03-01: write a later day",
    ),
    "campaign read twice alike": (
        "experiments.csv",
        swap("CMP016,buys,,7,0.2", "CMP010,buys,,7,0.3"),
        6,
        "CMP010 is read by buys in line 2 too: take one of them out",
    ),
    # Drivers
    "driver of what nobody asks": (
        "drivers.csv",
        swap("late or not at all,relational,nps_relational", "late or not at all,relational,ces"),
        2,
        "program 'relational' asks no 'ces' (survey_questions.csv): write a metric that it asks",
    ),
    "driver of an unknown measure": (
        "drivers.csv",
        swap(
            "purchases,Purchases,relational,nps_relational,,purchases",
            "purchases,Purchases,relational,nps_relational,,revenue",
        ),
        6,
        "measure 'revenue' is unknown: write one of bad_experiences, contacts, customer_contacts, "
        "days_late, further_contacts, mean_moment, peak_end, purchases, touchpoints, unresolved, "
        "unresolved_matters, wait_hours",
    ),
    "driver of an unknown rule": (
        "drivers.csv",
        swap("bad_experiences,late_delivery,90", "bad_experiences,late_delivry,90"),
        2,
        "scope 'late_delivry' is not in bad_experience_rules.csv: write 'late_delivery', "
        "or add it there",
    ),
    "driver of no rule": (
        "drivers.csv",
        swap("bad_experiences,late_delivery,90", "bad_experiences,,90"),
        2,
        "bad_experiences without a scope: write a rule_slug of bad_experience_rules.csv",
    ),
    "driver that is an answer": (
        "drivers.csv",
        swap("bad_experiences,late_delivery,90", "bad_experiences,low_satisfaction,90"),
        2,
        "scope 'low_satisfaction' is itself an answer: write a rule of what happened",
    ),
    "scope of a measure without one": (
        "drivers.csv",
        swap("nps_relational,,purchases,,90", "nps_relational,,purchases,shop,90"),
        6,
        "scope 'shop' of purchases, which has none: leave it empty",
    ),
    "driver twice under two names": (
        "drivers.csv",
        plus("bought,Bought,relational,nps_relational,,purchases,,90,0,positive,false,,,Marketing"),
        22,
        "bought is measured like the driver in line 6, and the two could not be told apart: "
        "take one of them out",
    ),
    "driver that looks back at nothing": (
        "drivers.csv",
        swap("bad_experiences,late_delivery,90", "bad_experiences,late_delivery,0"),
        2,
        "look_back_days 0 is below 1: write 1 to 3650",
    ),
    "driver that helps and harms": (
        "drivers.csv",
        swap("purchases,,90,0,positive", "purchases,,90,0,both"),
        6,
        "expected_sign 'both' is unknown: write one of negative, positive",
    ),
    "driver by an item that nobody is asked": (
        "drivers.csv",
        swap("late_delivery,90,0,negative,true,delivery", "late_delivery,90,0,negative,true,queue"),
        2,
        "importance_item 'queue' is not in survey_item_questions.csv: write one of its values, "
        "or add it there",
    ),
    "importance by how a thing was": (
        "drivers.csv",
        swap(
            "purchases,,90,0,positive,false,,", "purchases,,90,0,positive,false,renewal_likelihood,"
        ),
        6,
        "importance_item 'renewal_likelihood' is neither a topic nor an item of importance "
        "(survey_item_questions.csv): write one that is",
    ),
    "wait of what is no wait": (
        "drivers.csv",
        swap("purchases,,90,0,positive,false,,,", "purchases,,90,0,positive,false,,wait,"),
        6,
        "perceived_item 'wait' of purchases, which is no wait: leave it empty",
    ),
    "perceived by a topic": (
        "drivers.csv",
        swap(
            "support,csat,,wait_hours,,90,1,negative,true,service,wait",
            "support,csat,,wait_hours,,90,1,negative,true,service,delivery",
        ),
        11,
        "perceived_item 'delivery' is no perceived_wait (survey_item_questions.csv): write one "
        "that is",
    ),
    # Windows and thresholds
    "window before it begins": (
        "kpi_windows.csv",
        swap("fcr_window_days,7", "fcr_window_days,-7"),
        4,
        "setting_value -7 of fcr_window_days: write days above 0",
    ),
    "window of nothing": (
        "kpi_windows.csv",
        swap("fcr_window_days,7", "fcr_window_days,0"),
        4,
        "setting_value 0 of fcr_window_days: write days above 0",
    ),
    "window with its unit": (
        "kpi_windows.csv",
        swap("fcr_window_days,7", "fcr_window_days,7 days"),
        4,
        f"setting_value '7 days' is no double: {NUMBER}",
    ),
    "window in a thousand of a spreadsheet": (
        "kpi_windows.csv",
        swap("double_submission_seconds,600", "double_submission_seconds,1.000"),
        12,
        "setting_value 1.000 of double_submission_seconds: "
        "write 1, or 1000 if thousands were meant",
    ),
    "window in weeks": (
        "kpi_windows.csv",
        swap("fcr_window_days,7,days", "fcr_window_days,1,weeks"),
        4,
        "unit 'weeks' of fcr_window_days: write days",
    ),
    "count in days": (
        "kpi_windows.csv",
        swap("contact_pressure_limit,3,messages", "contact_pressure_limit,3,days"),
        36,
        "unit 'days' of contact_pressure_limit, which is no duration: write what it counts",
    ),
    "half a person": (
        "kpi_windows.csv",
        swap("minimum_people,5", "minimum_people,4.5"),
        40,
        "setting_value 4.5 of search_term_minimum_people: write a whole number of people above 0",
    ),
    "share above 1": (
        "kpi_windows.csv",
        swap("churn_percentile,0.95", "churn_percentile,95"),
        26,
        "setting_value 95 of churn_percentile: write a share between 0 and 1 (0.85 for 85 %)",
    ),
    "score off its scale": (
        "kpi_windows.csv",
        swap("favourable_sentiment,0.25", "favourable_sentiment,25"),
        41,
        "setting_value 25 of favourable_sentiment: write a score from -1 to 1",
    ),
    "share of the coverage": (
        "coverage_settings.csv",
        swap("history_volume_share,0.5", "history_volume_share,50"),
        4,
        "setting_value 50 of history_volume_share: write a share between 0 and 1 (0.85 for 85 %)",
    ),
    "window taken out": (
        "kpi_windows.csv",
        without("fcr_window_days"),
        1,
        "no row for setting 'fcr_window_days': bring it back",
    ),
    "setting of journeys taken out": (
        "journey_settings.csv",
        without("path_positions"),
        1,
        "no row for setting 'path_positions': bring it back",
    ),
    "accuracy in per cent": (
        "text_settings.csv",
        swap("target_accuracy,0.85", "target_accuracy,85"),
        6,
        "setting_value 85 of target_accuracy: write a share between 0 and 1 (0.85 for 85 %)",
    ),
    "setting of texts taken out": (
        "text_settings.csv",
        without("min_labels_per_channel"),
        1,
        "no row for setting 'min_labels_per_channel': bring it back",
    ),
    "phrase of an unknown reason": (
        "reason_phrases.csv",
        swap("delivery,en,tracking", "delivry,en,tracking"),
        10,
        "contact_reason_slug 'delivry' is not in contact_reasons.csv: write 'delivery', "
        "or add it there",
    ),
    "phrase written like a pattern": (
        "reason_phrases.csv",
        swap("delivery,en,tracking", "delivery,en,track%"),
        10,
        "phrase 'track%' has a '%': write words, a phrase is no pattern",
    ),
    "phrase that begins too many words": (
        "reason_phrases.csv",
        swap("delivery,en,tracking", "delivery,en,to"),
        10,
        "phrase 'to' is too short: write 4 letters or more",
    ),
    "phrase of two reasons": (
        "reason_phrases.csv",
        swap("defect,en,faulty", "defect,en,Tracking!"),
        50,
        "phrase 'Tracking!' is read like that in line 10: take one of them out",
    ),
    "language by its name": (
        "reason_phrases.csv",
        swap("delivery,en,tracking", "delivery,English,tracking"),
        10,
        "language 'English' is no code of two small letters, such as en",
    ),
    "label that is no label": (
        "text_labels.csv",
        plus("0a1b,negative", "2c3d,bad"),
        3,
        "label 'bad' is unknown: write one of negative, neutral, positive",
    ),
    "text labelled twice": (
        "text_labels.csv",
        plus("0a1b,negative", "0a1b,positive"),
        3,
        "text_key '0a1b' as in line 2: take one of them out",
    ),
    "horizon of no day": (
        "value_horizons.csv",
        swap("60\n", "0\n"),
        2,
        "horizon_days 0 is below 1: write 1 to 3650",
    ),
    "horizon twice": (
        "value_horizons.csv",
        swap("365", "180"),
        4,
        "horizon_days '180' as in line 3: take one of them out",
    ),
    "half a resample": (
        "value_settings.csv",
        swap("draws,200,", "draws,0.5,"),
        3,
        "setting_value 0.5 of value_bootstrap_draws: write a whole number of draws above 0",
    ),
    "window that ends before it begins": (
        "purchase_windows.csv",
        swap("retention_month_2,30,60", "retention_month_2,60,30"),
        5,
        "until_days 30 is not after after_days 60: write more",
    ),
    # Opening hours
    "beyond the day": (
        "business_hours.csv",
        swap("phone_north,1,08:00,22:00", "phone_north,1,08:00,25:00"),
        2,
        "closes_at '25:00' is no time of day: write it like 08:00 (to 24:00)",
    ),
    "hour of one digit": (
        "business_hours.csv",
        swap("phone_north,1,08:00,22:00", "phone_north,1,8:00,22:00"),
        2,
        "opens_at '8:00' is no time of day: write it like 08:00 (to 24:00)",
    ),
    "open after it closes": (
        "business_hours.csv",
        swap("phone_north,1,08:00,22:00", "phone_north,1,22:00,08:00"),
        2,
        "closes_at 08:00 is not after opens_at 22:00: write one that is",
    ),
    "open twice at once": (
        "business_hours.csv",
        plus("phone_north,1,21:00,23:00"),
        34,
        "opens_at 21:00 lies before closes_at 22:00 of line 2: "
        "let the one begin where the other ends",
    ),
    "eighth day of the week": (
        "business_hours.csv",
        swap("phone_north,7,", "phone_north,8,"),
        8,
        "weekday 8 is above 7: write 1 to 7",
    ),
    "never open": (
        "business_hours.csv",
        without("social_desk"),
        6,
        "calendar_slug 'social_desk' has no hours in business_hours.csv: add them",
    ),
    "detractor without an owner": (
        "closed_loop_owners.csv",
        swap("6,team,,,,,T01", "6,team,relational,,,,T01"),
        7,
        "priority 6, the last rule, does not fit every detractor: "
        "make it owner_kind team without a condition",
    ),
    "owner that a case may lack": (
        "closed_loop_owners.csv",
        swap("6,team,,,,,T01", "6,case_team,,,,,"),
        7,
        "priority 6, the last rule, does not fit every detractor: "
        "make it owner_kind team without a condition",
    ),
    "owner without a team": (
        "closed_loop_owners.csv",
        swap("4,team,,ticket,,,T04", "4,team,,ticket,,,"),
        5,
        "no team_id of owner_kind team: write the team that has to call",
    ),
    "owner twice": (
        "closed_loop_owners.csv",
        swap("1,case_team,,,,,", "1,case_team,,,,,T04"),
        2,
        "team_id 'T04' of owner_kind case_team: leave it empty, or write owner_kind team",
    ),
    "owner of an unknown kind": (
        "closed_loop_owners.csv",
        swap("2,store_team", "2,shop_team"),
        3,
        "owner_kind 'shop_team' is unknown: write one of case_team, store_team, team",
    ),
    "owner that is no team": (
        "closed_loop_owners.csv",
        swap("4,team,,ticket,,,T04", "4,team,,ticket,,,T99"),
        5,
        "team_id 'T99' is not in teams.csv: write one of its values, or add it there",
    ),
    "a call to us is no talk that we begin": (
        "closed_loop_contacts.csv",
        plus("call_inbound,resolved"),
        3,
        "touchpoint_type_slug 'call_inbound' is no talk that a person of the company begins: "
        "write one that is outbound and human",
    ),
    "talk of an unknown outcome": (
        "closed_loop_contacts.csv",
        swap("call_outbound,reached", "call_outbound,voicemail"),
        2,
        "outcome_slug 'voicemail' of call_outbound is not in touchpoint_outcomes.csv: "
        "write one of reached, no_answer",
    ),
    "cases without a calendar": (
        "calendar_assignments.csv",
        without("5,"),
        5,
        "priority 4, the last rule, does not fit every case: "
        "leave channel_slug and team_id of the last one empty",
    ),
    # Lists
    "channel twice": (
        "channels.csv",
        plus("web,Website,true,digital,web"),
        22,
        "channel_slug 'web' as in line 2: take one of them out",
    ),
    "team of no store": (
        "teams.csv",
        swap("store,S06", "store,S60"),
        12,
        "store_id 'S60' is not in stores.csv: write 'S06', or add it there",
    ),
    "price below nothing": (
        "products.csv",
        swap("coffee,249.99", "coffee,-249.99"),
        2,
        "list_price -249.99 is below 0: write at least 0",
    ),
    "ranges the wrong way round": (
        "value_ranges.csv",
        swap("percent,true,0,100", "percent,true,100,0"),
        9,
        "minimum has to lie below maximum",
    ),
}
# Where a mistake shows, if not in the file that has it.
SHOWN_IN = {
    "action for nobody": "actions.csv",
    "action without a message": "actions.csv",
    "currency gone": "company_settings.csv",
    "never open": "business_calendars.csv",
}


@pytest.mark.parametrize("mistake", SENSE)
def test_a_value_without_sense_gets_one_message(seeds, reasons, mistake):
    name, edit, line, reason = SENSE[mistake]
    change(file(seeds, name), edit)

    assert reasons() == [(SHOWN_IN.get(mistake, name), line, reason)]


def test_a_slug_misspelt_where_it_is_defined_is_told_once_by_each_file_with_what_was_meant(
    seeds, reasons
):
    change(file(seeds, "journey_types.csv"), swap("delivery,Delivery", "delivry,Delivery"))

    found = reasons()

    assert len(found) > 1
    assert len({name for name, _, _ in found}) == len(found)
    assert all(
        reason.startswith("journey_slug 'delivery' is not in journey_types.csv")
        and reason.endswith("write 'delivry', or add it there")
        for _, _, reason in found
    )


def test_a_source_that_is_taken_out_is_missed_by_its_list_and_by_who_names_it(seeds, reasons):
    change(file(seeds, "company_sources.csv"), without("complete_journey"))

    assert reasons() == [
        ("company_sources.csv", 1, "no row for source_name 'complete_journey': bring it back"),
        (
            "trait_sources.csv",
            17,
            "source_name 'complete_journey' is not in company_sources.csv: "
            "write one of its values, or add it there",
        ),
    ]


def test_the_sources_that_need_a_row_are_those_with_a_contract():
    properties = yaml.safe_load(
        (REFERENCE_DIR / "company" / "_company__seeds.yml").read_text(encoding="utf-8")
    )
    (sources,) = [seed for seed in properties["seeds"] if seed["name"] == "company_sources"]

    named = sources["config"]["meta"]["present"]["source_name"]

    assert sorted(named) == [contract.source_name for contract in load_contracts()]


def test_a_scale_with_a_gap_or_an_overlap_is_told(seeds, reasons):
    change(file(seeds, "rating_scales.csv"), swap("csat_5,middle,3,3", "csat_5,middle,3,4"))

    assert [reason for name, _, reason in reasons() if name == "rating_scales.csv"] == [
        "score_from 4 of csat_5 overlaps the band middle of line 12, which ends with 4: write 5"
    ]


def test_a_question_on_a_scale_that_is_not_declared_is_told(seeds, reasons):
    change(
        file(seeds, "survey_questions.csv"),
        swap("relational,nps,nps_relational,,nps_10", "relational,nps,nps_relational,,nps_5"),
    )

    assert any("'nps_5' is not in rating_scales.csv" in reason for _, _, reason in reasons())


def test_a_kpi_that_nothing_counts_is_told(seeds, reasons):
    kpis = file(seeds, "kpis.csv")
    row = next(line for line in kpis.read_text().splitlines() if line.startswith("fcr,"))
    change(kpis, plus(row.replace("fcr,", "smiles,", 1)))

    assert any("'smiles' is counted by no model" in reason for _, _, reason in reasons())


def test_an_event_that_no_source_delivers_is_told(seeds, reasons):
    change(
        file(seeds, "touchpoint_types.csv"),
        plus("appointment_booked,Appointment booked,inbound,human,false"),
    )
    change(
        file(seeds, "journey_events.csv"),
        lambda text: text.replace(",order_shipped,", ",appointment_booked,", 1),
    )

    assert any("no source delivers appointment_booked" in reason for _, _, reason in reasons())
