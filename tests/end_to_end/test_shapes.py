"""Every column of every shape holds what its name says, in every source of the generated company.

Unions go by name, so two columns can only be exchanged inside a branch. Such a swap is planted,
for each pair of columns of one type and each source, and a rule has to see it. The company is made
with typing errors in it: a rule holds when nearly all values follow it.
"""

from itertools import combinations

import duckdb
import pytest

from orchestration.paths import REFERENCE_DIR
from orchestration.sample_world import names

MOST = 0.9

KEY = "regexp_full_match({}, '[0-9a-f]{32}')"
TEXT = "length({}) between 1 and 20000"
IDENTIFIER = "regexp_full_match({}, '[0-9A-Za-z][0-9A-Za-z _-]*') and length({}) <= 45"
ZONE = "{} in (select name from pg_timezone_names())"
LANGUAGE = "{} in ('pl', 'en', 'de', 'es', 'ru', 'zh')"
CURRENCY = "{} in ('EUR', 'PLN', 'GBP')"
MOMENT = "{} between timestamp '2025-01-01' and timestamp '2026-04-10'"
ANY = "{} is not null"


def listed(seed, column):
    (file,) = REFERENCE_DIR.rglob(f"{seed}.csv")
    return f"{{}} in (select {column} from read_csv('{file}', all_varchar = true))"


def known(table, column):
    return f"{{}} in (select {column} from warehouse.intermediate.{table})"


CHANNEL = listed("channels", "channel_slug")
PROFILE = known("int_identity__profiles", "profile_key")
ORDER = known("int_orders__unlinked_orders", "order_key")
CHECKOUT = known("int_orders__checkouts", "checkout_key")
CASE = known("int_cases__cases", "case_key")
PRODUCT = listed("products", "product_id")
STORE = listed("stores", "store_id")
TEAM = listed("teams", "team_id")
CAMPAIGN = "regexp_full_match({}, 'CMP[0-9]{3}')"
REASON = listed("source_contact_reasons", "source_reason")
WORDS = "{} like '% %' or not regexp_full_match({}, '[0-9a-z_]+|CMP[0-9]+')"
LOAD = "{} in (select load_id from warehouse.staging.stg_ledger__loads)"
SPEAKER = "{} in ('customer', 'agent', 'bot', 'system')"
SPENT = (
    "{} = (select coalesce(sum(duration_seconds), 0) "
    "from warehouse.intermediate.int_cases__status_spans as spans "
    "where spans.case_key = shape.case_key and status_slug in (STATES))"
)
PROFILES = "warehouse.intermediate.int_identity__profiles"
ORDERS = "warehouse.intermediate.int_orders__unlinked_orders"
OTHER_KEY = f"{KEY} and {{}} not in (select profile_key from {PROFILES})"

# What each value of a column must be; where a rule looks beside it, the whole row must fit.
RULES = {
    "touchpoints": {
        "touchpoint_key": f"{OTHER_KEY} and {{}} not in (from device_keys)",
        "profile_key": PROFILE,
        "device_key": "{} in (from device_keys)",
        "channel_slug": CHANNEL,
        "touchpoint_type_slug": listed("touchpoint_types", "touchpoint_type_slug"),
        "outcome_slug": (
            "(" + listed("touchpoint_outcomes", "outcome_slug") + " or regexp_full_match({}, "
            "'[0-9]{5}'))"
        ),
        "occurred_at": MOMENT,
        "received_at": f"{MOMENT} and {{}} >= occurred_at",
        "business_time_zone": ZONE,
        "source_contact_reason": REASON,
        "case_key": CASE,
        "order_key": ORDER,
        "checkout_key": CHECKOUT,
        "campaign_key": CAMPAIGN,
        "product_key": PRODUCT,
        "store_key": STORE,
        "team_key": TEAM,
        "subscription_key": f"{OTHER_KEY} and {{}} != touchpoint_key",
        "wait_seconds": "{} between 1.5 and 864000",
        "handle_seconds": "{} between 0 and 86400",
        "body": WORDS,
        "language": LANGUAGE,
        "sentiment": "{} between -1 and 1",
        "score": "{} between 0 and 1",
        "revenue": "abs({}) < 10000",
        "is_bot": ANY,
        "_load_id": LOAD,
    },
    "observations": {
        "source_profile_id": f"{TEXT} and {{}} is distinct from given_name",
        "profile_key": KEY,
        "email": "regexp_full_match({}, '\\s*[^@\\s]+@[^@\\s]+[.][A-Za-z]+\\s*')",
        "phone": (
            "regexp_full_match({}, '[+(0-9][0-9() ./-]{7,}') and not regexp_full_match({}, "
            "'[1-9][0-9]{9,}')"
        ),
        "loyalty_card": "regexp_full_match({}, '70[0-9]{8}')",
        "account_id": "regexp_full_match({}, 'A[0-9]{7}')",
        "device_id": "regexp_full_match({}, '[0-9A-Fa-f-]{36}')",
        "social_handle": "regexp_full_match({}, '@?[a-z0-9]+_[0-9]+')",
        "contact_id": "regexp_full_match({}, '4[0-9]{10}')",
        "given_name": "regexp_full_match({}, '[^0-9@]+') and {} in (from given_names)",
        "surname": "regexp_full_match({}, '[^0-9@]+') and {} in (from surnames)",
        "birth_date": "{} between date '1920-01-01' and date '2010-01-01'",
        "gender": "{} in ('male', 'female')",
        "language": LANGUAGE,
        "country_code": "regexp_full_match({}, '[A-Z]{2}')",
        "city": "regexp_full_match({}, '[^0-9@]{3,}') and {} in (from cities)",
        "postcode": "regexp_full_match({}, '[A-Z0-9 -]{5,8}') and regexp_matches({}, '[0-9]')",
        "street_address": (
            "regexp_matches({}, '[0-9]') and regexp_matches({}, '[a-z] |[a-zß]+ [0-9]')"
        ),
        "region": TEXT,
        "government_id": TEXT,
        "segment_slug": "{} in ('premium', 'standard', 'value')",
        "merged_profile_id": "regexp_full_match({}, '[0-9A-Za-z-]+')",
        "first_seen_at": f"{MOMENT} and {{}} <= last_seen_at",
        "last_seen_at": f"{MOMENT} and {{}} >= first_seen_at",
        "_load_id": LOAD,
    },
    "orders": {
        "source_order_id": "regexp_full_match({}, '[0-9]{1,4}|S0[0-9]-[0-9R]+')",
        "source_profile_id": "regexp_full_match({}, '[67][0-9]{9,12}')",
        "store_key": STORE,
        "checkout_key": KEY,
        "campaign_key": CAMPAIGN,
        "channel_slug": CHANNEL,
        "currency": CURRENCY,
        "business_time_zone": ZONE,
        "amount_original": "{} > discount_original and {} > 0",
        "discount_original": "{} >= 0 and {} < amount_original",
        "removed_original": "{} = 0",
        "excluded_reason": "{} = 'test'",
        "promised_date": "{} >= date '2026-01-01'",
        "cancelled_by": "{} in ('customer', 'company')",
        "is_paid": "{} or not is_cancelled or cancelled_at is not null",
        "is_cancelled": "{} = (cancelled_at is not null)",
        "ordered_at": MOMENT,
        "promised_at": (
            f"{MOMENT} and {{}} > ordered_at and date_part('second', {{}}) = 0 and "
            f"date_part('minute', {{}}) = 0"
        ),
        "shipped_at": f"{MOMENT} and {{}} > ordered_at",
        "delivered_at": f"{MOMENT} and {{}} > shipped_at",
        "cancelled_at": (
            f"{MOMENT} and {{}} > ordered_at and delivered_at is null and shipped_at is null"
        ),
        "_load_id": LOAD,
    },
    "sale_lines": {
        "source_order_id": (
            "regexp_full_match({}, '[0-9]{1,4}|S0[0-9]-[0-9R]+') and (store_key is null or {} "
            "like 'S%')"
        ),
        "source_line_id": (
            "regexp_full_match({}, '[0-9]+') and (store_key is not null or length({}) > 10)"
        ),
        "original_source_name": "{} in ('shop', 'pos')",
        "source_original_order_id": (
            "regexp_full_match({}, '[0-9]{1,4}|S0[0-9]-[0-9]+') and amount_original < 0"
        ),
        "source_profile_id": "regexp_full_match({}, '[67][0-9]{9,12}')",
        "store_key": STORE,
        "product_key": PRODUCT,
        "channel_slug": CHANNEL,
        "currency": CURRENCY,
        "business_time_zone": ZONE,
        "quantity": "abs({}) between 1 and 5",
        "unit_price_original": "{} > 5",
        "discount_original": "{} between 0 and 1000 and {} < abs(amount_original)",
        "amount_original": (
            "abs({} + sign({}) * discount_original - unit_price_original * quantity) < 0.05"
        ),
        "sold_at": MOMENT,
        "_load_id": LOAD,
    },
    "refunds": {
        "source_refund_id": (
            "regexp_full_match({}, '9[0-9]+|S0[0-9]-[0-9R]+') and length({}) between 12 and 16"
        ),
        "source_refund_line_id": "regexp_full_match({}, '[0-9]{1,2}|9[0-9]{13}')",
        "order_key": ORDER,
        "order_line_key": known("int_orders__sale_lines", "order_line_key"),
        "profile_key": PROFILE,
        "store_key": STORE,
        "product_key": PRODUCT,
        "channel_slug": CHANNEL,
        "currency": CURRENCY,
        "business_time_zone": ZONE,
        "quantity": "{} between 1 and 5",
        "amount_original": "{} > 5.01",
        "refunded_at": MOMENT,
        "_load_id": LOAD,
    },
    "campaign_controls": {
        "profile_key": PROFILE,
        "campaign_key": CAMPAIGN,
        "channel_slug": CHANNEL,
        "held_out_at": MOMENT,
        "_load_id": LOAD,
    },
    # No source of the generated company names products: its catalogue is a seed.
    "products": {
        "product_key": ANY,
        "product_name": ANY,
        "category_slug": ANY,
        "unit_cost": ANY,
    },
    "checkouts": {
        "checkout_key": f"{OTHER_KEY}",
        "profile_key": PROFILE,
        "channel_slug": CHANNEL,
        "currency": CURRENCY,
        "amount_original": "{} > 0",
        "started_at": MOMENT,
        "_load_id": LOAD,
    },
    "answers": {
        "program_slug": (
            "regexp_full_match({}, '[a-z_]+') and {} in (select program_slug from "
            "warehouse.reference.survey_questions)"
        ),
        "question": (
            "regexp_full_match({}, '[a-z_]+[0-9]*') and {} not in (select program_slug from "
            "warehouse.reference.survey_questions)"
        ),
        "answer": (
            "(regexp_full_match({}, '[0-9]{1,2}') or question like '%topic%' or length({}) < "
            "30 and question not in ('nps', 'satisfaction', 'effort', 'rating', 'score', "
            "'stars'))"
        ),
        "response_id": (
            f"{IDENTIFIER} and (length({{}}) > 2 or source_name = 'chat') and (source_name != "
            f"'surveys' or {{}} like 'R\\_%' escape '\\')"
        ),
        "touchpoint_key": (
            f"{OTHER_KEY} and {{}} is distinct from invitation_key and {{}} in (select "
            f"touchpoint_key from warehouse.intermediate.int_touchpoints__all)"
        ),
        "profile_key": PROFILE,
        "invitation_key": known("int_feedback__invitations", "invitation_key"),
        "order_key": ORDER,
        "case_key": CASE,
        "product_key": PRODUCT,
        "subject": (
            "regexp_full_match({}, '(case|order|invitation|ticket|conversation|product) .+|[a-z]+')"
        ),
        "channel_slug": CHANNEL,
        "source_contact_reason": REASON,
        "language": LANGUAGE,
        "comment_text": f"{TEXT} and ({{}} like '% %' or length({{}}) > 3)",
        "excluded_reason": "{} in ('test', 'spam', 'employee')",
        "is_unfinished": ANY,
        "answered_at": MOMENT,
        "_load_id": LOAD,
    },
    "cases": {
        "case_key": f"{OTHER_KEY} and {{}} not in (select order_key from {ORDERS})",
        "case_id": f"{IDENTIFIER}",
        "channel_slug": CHANNEL,
        "profile_key": PROFILE,
        "source_contact_reason": REASON,
        "order_key": ORDER,
        "team_key": TEAM,
        "started_by": SPEAKER,
        "excluded_reason": "{} in ('merged', 'spam', 'test', 'deleted')",
        "language": LANGUAGE,
        "stated_resolution": "{} in ('resolved', 'unresolved')",
        "customer_turn_count": (
            "{} = (select count(*) from shape_turns as turns where turns.case_id = "
            "shape.case_id and turns.source_name = shape.source_name and author_type = "
            "'customer')"
        ),
        "agent_reply_count": (
            "{} = (select count(*) from shape_turns as turns where turns.case_id = "
            "shape.case_id and turns.source_name = shape.source_name and author_type = "
            "'agent' and is_public)"
        ),
        "reopened_count": "({} > 0) = (first_reopened_at is not null)",
        "transfer_count": "{} between 0 and 3",
        "wait_seconds": (
            "abs({} - epoch(first_human_reply_at - clock_started_at)) < 5 or "
            "first_human_reply_at is null"
        ),
        "handle_seconds": "{} between 0 and 86400",
        "requester_wait_seconds": SPENT.replace("STATES", "'new', 'open', 'hold'"),
        "agent_wait_seconds": SPENT.replace("STATES", "'pending'"),
        "score": "{} between 0 and 1",
        "is_bot_session": "{} = (bot_clock_started_at is not null)",
        "is_handed_over": "not {} or is_bot_session",
        "is_human_handled": "{} = (agent_reply_count > 0)",
        "is_queued": "{} = (source_name = 'calls' and clock_started_at is not null)",
        "is_abandoned": "not {} or is_queued and not is_human_handled",
        # Who takes a callback is called back.
        "is_callback_accepted": "not {} or source_name = 'calls' and is_human_handled",
        "is_solved": (
            "{} = case source_name when 'tickets' then last_solved_at is not null when "
            "'calls' then is_human_handled else {} end"
        ),
        "is_satisfaction_improved": "not {}",
        "is_satisfaction_worsened": "not {}",
        "opened_at": f"{MOMENT} and {{}} <= coalesce(clock_started_at, {{}})",
        "clock_started_at": (
            f"{MOMENT} and {{}} between opened_at and coalesce(first_human_reply_at, ended_at, "
            f"{{}})"
        ),
        "bot_ended_at": f"{MOMENT} and {{}} >= first_bot_reply_at",
        "bot_clock_started_at": f"{MOMENT} and {{}} < first_bot_reply_at",
        "first_bot_reply_at": f"{MOMENT} and {{}} <= bot_ended_at",
        # Who is called by the company has no clock.
        "first_human_reply_at": f"{MOMENT} and {{}} >= coalesce(clock_started_at, opened_at)",
        "first_solved_at": (
            f"{MOMENT} and {{}} between coalesce(first_human_reply_at, {{}}) and last_solved_at"
        ),
        "first_reopened_at": f"{MOMENT} and {{}} > first_solved_at",
        "last_solved_at": f"{MOMENT} and {{}} >= first_solved_at and is_solved",
        "ended_at": (
            f"{MOMENT} and {{}} > greatest(opened_at, clock_started_at, first_human_reply_at) "
            f"and {{}} >= coalesce(last_solved_at, {{}})"
        ),
        "_load_id": LOAD,
    },
    "turns": {
        "channel_slug": CHANNEL,
        "case_id": (
            f"{IDENTIFIER} and {{}} in (select case_id from "
            f"warehouse.intermediate.int_shapes__cases)"
        ),
        "turn_id": f"{IDENTIFIER} and ({{}} != case_id)",
        "author_type": SPEAKER,
        "body": WORDS,
        "is_public": ANY,
        "spoke_at": MOMENT,
        "_load_id": LOAD,
    },
    "status_changes": {
        "case_id": IDENTIFIER,
        "status_slug": "{} in ('new', 'open', 'pending', 'hold', 'solved')",
        "changed_by": SPEAKER,
        "changed_at": MOMENT,
        "change_number": ANY,
    },
    "consent_changes": {
        "profile_key": PROFILE,
        "purpose_slug": "{} = 'marketing'",
        "channel_slug": CHANNEL,
        "is_allowed": ANY,
        "changed_at": MOMENT,
        "_load_id": LOAD,
    },
    "campaigns": {
        "campaign_key": CAMPAIGN,
        "channel_slug": CHANNEL,
        "campaign_name": "{} like '%, day %'",
        "campaign_kind": (
            "regexp_full_match({}, '[a-z]+') and {} not in ('email', 'sms', 'push', 'mail')"
        ),
    },
}

# What is alike in kind, so that only a reader of the branch can tell one from the other.
ALIKE = {
    # Both are seconds; the shape of cases tells them apart.
    ("touchpoints", "wait_seconds", "handle_seconds"),
}


@pytest.fixture(scope="module")
def shapes(company):
    """Each shape as a table in memory, named `shape_<shape>`, beside the warehouse."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{company.data / 'warehouse.duckdb'}' as warehouse (read_only)")
        for shape in RULES:
            connection.execute(
                f"create table shape_{shape} as from warehouse.intermediate.int_shapes__{shape}"
            )
        connection.execute(
            "create table device_keys as select distinct device_key from shape_touchpoints "
            "where device_key is not null"
        )
        for table, values in written_names().items():
            connection.execute(f"create table {table} (name varchar)")
            connection.executemany(f"insert into {table} values (?)", [[name] for name in values])
        yield connection


def written_names():
    """The names that people and cities of the generated company have, in every alphabet."""

    def spellings(words):
        return {spelling for word in words.split() for spelling in word.split("/")}

    return {
        "given_names": set().union(
            *(
                spellings(words)
                for by_sex in names.GIVEN_NAMES.values()
                for words in by_sex.values()
            )
        ),
        "surnames": set().union(*map(spellings, names.SURNAMES.values())),
        "cities": {city.split("/")[0] for cities in names.CITIES.values() for city in cities},
    }


def columns_of(connection, shape):
    rows = connection.execute(f"describe shape_{shape}").fetchall()
    return {name: kind for name, kind, *_ in rows if name != "source_name"}


def broken(shape, column):
    """Whether a value of the column is not what its name says; a null says nothing."""
    value = f'shape."{column}"'
    rule = RULES[shape][column].replace("{}", value)
    return f"({value} is not null and not coalesce({rule}, false))"


def swapped(one, other):
    return f'select * replace ("{other}" as "{one}", "{one}" as "{other}") from'


def test_every_shape_and_column_has_a_rule(company, shapes):
    listed = company.warehouse(
        "select table_name from information_schema.tables "
        "where table_name like 'int\\_shapes\\_\\_%' escape '\\'"
    )

    assert set(listed.table_name) == {f"int_shapes__{shape}" for shape in RULES}
    for shape, rules in RULES.items():
        assert set(columns_of(shapes, shape)) == set(rules)


@pytest.mark.parametrize("shape", RULES)
def test_every_value_is_what_its_column_says(shapes, shape):
    shares = ", ".join(
        f'count(*) filter (where {broken(shape, column)}) / greatest(count(shape."{column}"), 1) '
        f'as "{column}"'
        for column in RULES[shape]
    )
    wrong = shapes.execute(f"select {shares} from shape_{shape} as shape").df().iloc[0]

    assert not wrong[wrong > 1 - MOST].to_dict()


@pytest.mark.parametrize("shape", RULES)
def test_two_columns_exchanged_in_one_source_are_seen(shapes, shape):
    columns = columns_of(shapes, shape)
    pairs = [
        (one, other)
        for one, other in combinations(columns, 2)
        if columns[one] == columns[other] and (shape, one, other) not in ALIKE
    ]
    unseen = []
    for one, other in pairs:
        # A source that has one of them only has nothing to exchange, nor has one where they agree.
        rows = shapes.execute(
            f"""
            select
                shape.source_name,
                case
                    when count(shape."{one}") > 0 and count(shape."{other}") > 0
                        then count(*) filter (
                            where shape."{one}" is distinct from shape."{other}"
                        )
                end as changed,
                count(*) filter (where {broken(shape, one)} or {broken(shape, other)}) as wrong
            from ({swapped(one, other)} shape_{shape}) as shape
            group by shape.source_name
            """
        ).fetchall()
        unseen += [
            (source, one, other)
            for source, changed, wrong in rows
            if changed and wrong <= (1 - MOST) * changed
        ]

    assert not unseen
