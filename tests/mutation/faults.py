"""Mistakes that somebody could make in a model, a macro or a seed: each must be seen by a test.

A fault replaces one place of one file. `SURVIVORS` lists those that no data test and no unit test
sees, each with the reason why it may live.
"""

from dataclasses import dataclass
from functools import cache

from orchestration.paths import DBT_PROJECT_DIR, PROJECT_DIR, REFERENCE_DIR


@cache
def files() -> dict[str, list[str]]:
    """Where every model, macro, test and seed lies in the repository, by the name of its file."""
    found: dict[str, list[str]] = {}
    for folder in (DBT_PROJECT_DIR, REFERENCE_DIR):
        for file in folder.rglob("*.*"):
            found.setdefault(file.name, []).append(str(file.relative_to(PROJECT_DIR)))
    return found


@dataclass(frozen=True)
class Fault:
    """One place of one file, and what a mistake makes of it."""

    file: str
    old: str
    new: str
    # What dbt builds to meet it; the file's own model or seed unless said otherwise.
    selects: str = ""

    @property
    def stem(self) -> str:
        """The name of the model, macro or seed."""
        return self.file.split(".")[0]

    @property
    def path(self) -> str:
        """Where its file lies; raises ValueError unless there is just one of its name."""
        (path,) = files()[self.file]
        return path

    @property
    def name(self) -> str:
        """The file, and what is wrong in it."""
        return f"{self.stem}: {' '.join(self.old.split())} -> {' '.join(self.new.split())}"

    @property
    def selection(self) -> str:
        """The nodes to build: those that change, and all that read them."""
        return self.selects or self.stem + "+"


def doubled(file: str, ref: str) -> Fault:
    """A join that finds everything twice."""
    table = f"select * from {{{{ ref('{ref}') }}}}"
    return Fault(file, table, f"{table}\n    union all\n    {table}")


FLIPPED_COMPARISONS = (
    Fault("int_kpis__contact_units.sql", "chain_length = 1", "chain_length != 1"),
    Fault(
        "int_cases__contact_chains.sql",
        "reason_contacts.started_at\n                    <= reason_contacts.chain_ended_at",
        "reason_contacts.started_at\n                    >= reason_contacts.chain_ended_at",
    ),
    Fault(
        "int_cases__contact_chains.sql",
        "followed_contacts.next_started_at > contacts.ended_at",
        "followed_contacts.next_started_at < contacts.ended_at",
    ),
    Fault(
        "int_kpis__delivery_units.sql",
        "orders.delivered_at <= orders.promised_at",
        "orders.delivered_at > orders.promised_at",
    ),
    Fault(
        "int_kpis__invitation_units.sql",
        "completed_at <= window_ends_at",
        "completed_at > window_ends_at",
    ),
    Fault("int_kpis__service_units.sql", "agent_reply_count = 1", "agent_reply_count > 1"),
    Fault("int_kpis__service_units.sql", "transfer_count > 0", "transfer_count = 0"),
    Fault(
        "int_kpis__journey_units.sql",
        "coalesce(is_reached and closed_at <= horizon_ends_at, false)",
        "coalesce(is_reached and closed_at > horizon_ends_at, false)",
    ),
    Fault("int_kpis__cells.sql", "unit_value < 0", "unit_value <= 0"),
    Fault(
        "int_orders__orders.sql",
        "kept_orders.delivered_at > kept_orders.promised_at",
        "kept_orders.delivered_at < kept_orders.promised_at",
    ),
    Fault(
        "int_bad_experiences__signs.sql",
        "observations.measure > bad_experience_rules.threshold",
        "observations.measure < bad_experience_rules.threshold",
    ),
    Fault(
        "int_orders__checkouts.sql",
        "checkouts.started_at < orders.ordered_at",
        "checkouts.started_at > orders.ordered_at",
    ),
    Fault(
        "int_bad_experiences__signs.sql",
        "coalesce(orders.delivered_at > orders.promised_at, true)",
        "coalesce(orders.delivered_at > orders.promised_at, false)",
    ),
    Fault(
        "int_clocks__waits.sql",
        "else coalesce(business_times.ended_seconds <= deadlines.target_clock_seconds",
        "else coalesce(business_times.ended_seconds > deadlines.target_clock_seconds",
    ),
    # An interval that holds the target says nothing.
    Fault(
        "kpi_status.sql",
        "{{ ci_low }} >= {{ target }} then 'on_target'",
        "{{ value }} >= {{ target }} then 'on_target'",
        "cx_scorecard",
    ),
    # What is solved after its limit is not resolved.
    Fault(
        "int_cases__contact_chains.sql",
        "coalesce(contacts.ended_at <= contacts.limit_ends_at, false)",
        "contacts.ended_at is not null",
    ),
    # A case solved after its limit is censored there.
    Fault("int_cases__solves.sql", " and last_solved_at <= limit_ends_at", ""),
)

DROPPED_FILTERS = (
    Fault("int_journeys__candidates.sql", "is not null and not is_bot", "is not null"),
    Fault(
        "int_identity__proposed_links.sql",
        "where is_linking and not is_junk",
        "where is_linking",
    ),
    Fault("int_identity__proposed_links.sql", "    where not is_blocked\n", ""),
    Fault("int_orders__orders.sql", "where customer_key is not null and is_purchase", ""),
    Fault(
        "int_orders__orders.sql",
        "        and not unlinked_orders.is_cancelled\n",
        "",
    ),
    Fault(
        "int_cases__contacts.sql",
        "where excluded_reason is null and started_by != 'agent' and customer_turn_count > 0",
        "where excluded_reason is null and customer_turn_count > 0",
    ),
    Fault(
        "int_cases__contacts.sql",
        "where is_public and author_type in ('customer', 'agent')",
        "where author_type in ('customer', 'agent')",
    ),
    Fault("int_cases__contact_chains.sql", "    where is_human_contact\n", ""),
    # Who belongs to no member is a member too.
    Fault(
        "int_kpis__unit_members.sql",
        "from unit_members\n",
        "from unit_members\nwhere member != 'unknown'\n",
    ),
    # What is called unresolved was closed, not solved.
    Fault(
        "int_cases__cases.sql",
        " and coalesce(source_cases.stated_resolution != 'unresolved', true)\n",
        "\n",
    ),
    # Advice that nobody asks for twice is no problem solved.
    Fault(
        "int_kpis__contact_units.sql",
        "            among='is_problem_or_request', state",
        "            state",
    ),
    Fault("int_bad_experiences__signs.sql", "where is_counted and band", "where band"),
    Fault(
        "int_feedback__counted_answers.sql",
        "    and ranked_answers.recency_rank = 1 as is_counted",
        " as is_counted",
    ),
    Fault("int_orders__order_lines.sql", "    where not is_return\n", ""),
    Fault(
        "bad_experiences.sql",
        "on incident_signs.occurred_at < settings.as_of",
        "on true",
    ),
    Fault(
        "int_feedback__channel_months.sql",
        "where direction = 'inbound' and customer_key",
        "where customer_key",
    ),
    Fault(
        "loyalty.sql",
        "on tier_referrals.matures_at < settings.as_of",
        "on true",
    ),
    Fault("int_orders__checkouts.sql", "    where orders.is_purchase\n", ""),
    Fault(
        "customer_timeline.sql",
        "where customer_key is not null and not is_bot",
        "where customer_key is not null",
    ),
)

DUPLICATED_JOINS = (
    doubled("int_kpis__delivery_units.sql", "int_orders__order_lines"),
    doubled("int_orders__orders.sql", "int_orders__products"),
    doubled("int_orders__order_lines.sql", "int_orders__products"),
    doubled("int_touchpoints__all.sql", "int_identity__customer_profiles"),
    doubled("int_touchpoints__all.sql", "touchpoint_types"),
    doubled("fct_touchpoints.sql", "int_identity__customers"),
    doubled("int_feedback__counted_answers.sql", "int_identity__customers"),
    doubled("int_kpis__checkout_units.sql", "int_identity__customers"),
    Fault(
        "unit_families.sql",
        "        'contact',\n",
        "        'contact',\n        'contact',\n",
        "int_kpis__units+",
    ),
    doubled("int_journeys__journeys.sql", "journey_types"),
)

SHIFTED_TIMES = (
    Fault(
        "to_local.sql",
        "timezone('UTC', {{ column }})",
        "timezone({{ time_zone }}, {{ column }})",
        "int_orders__unlinked_orders+",
    ),
    Fault(
        "int_touchpoints__all.sql",
        "'coalesce(touchpoints.business_time_zone, settings.default_time_zone)'",
        "'settings.default_time_zone'",
    ),
    Fault(
        "to_utc.sql",
        "timezone('UTC', ",
        "timezone('Asia/Tokyo', ",
        "stg_pos__receipt_lines+",
    ),
    Fault(
        "period_start.sql".replace("macros/", "macros/kpis/"),
        "'week'",
        "'month'",
        "int_kpis__cells+",
    ),
)

LOST_DAYS = (
    Fault(
        "int_touchpoints__all.sql",
        "left join web_sessions\n    on touchpoints.touchpoint_key = web_sessions.touchpoint_key",
        "left join web_sessions\n    on touchpoints.touchpoint_key = web_sessions.touchpoint_key\n"
        "where dayofmonth(touchpoints.occurred_at) != 3",
    ),
    Fault(
        "int_orders__refunds.sql",
        "from refunds\n",
        "from refunds\nwhere dayofmonth(refunded_at) % 2 = 0\n",
    ),
    Fault(
        "fct_touchpoints.sql",
        "select * from {{ ref('int_touchpoints__all') }}",
        "select * from {{ ref('int_touchpoints__all') }} where dayofmonth(occurred_at) != 3",
    ),
    Fault(
        "int_kpis__cells.sql",
        "from unit_members\n    group by",
        "from unit_members\n    where dayofmonth(anchor_date) != 3\n    group by",
    ),
    Fault(
        "int_journeys__candidates.sql",
        "where customer_key is not null and not is_bot",
        "where customer_key is not null and not is_bot and dayofmonth(occurred_at) != 3",
    ),
)

SWAPPED_FLAGS = (
    Fault(
        "int_cases__contacts.sql",
        "not cases.is_bot_only as is_human_contact",
        "cases.is_bot_only as is_human_contact",
    ),
    Fault(
        "int_feedback__scored_answers.sql",
        "when direction = 'descending'",
        "when direction = 'ascending'",
    ),
    Fault(
        "int_consent__current.sql",
        "bool_and(is_allowed)",
        "bool_or(is_allowed)",
    ),
    Fault(
        "int_consent__current.sql",
        "order by changed_at desc, is_allowed asc, consent_change_key asc",
        "order by changed_at asc, is_allowed asc, consent_change_key asc",
    ),
    Fault(
        "int_journeys__journeys.sql",
        "when bool_or(is_reach) then 'reached'\n            when bool_or(is_fail) then 'failed'",
        "when bool_or(is_reach) then 'failed'\n            when bool_or(is_fail) then 'reached'",
    ),
    Fault(
        "int_feedback__counted_answers.sql",
        "order by answered_at desc nulls last, response_id desc",
        "order by answered_at asc nulls last, response_id desc",
    ),
    Fault(
        "int_identity__device_attributions.sql",
        "when attribution_rule in ('open_login', 'last_login') then last_profile_key",
        "when attribution_rule in ('open_login', 'last_login') then next_profile_key",
    ),
    Fault(
        "int_kpis__service_units.sql",
        "'is_contained'",
        "'not is_contained'",
    ),
    Fault("rating_scales.csv", "promoter,9,10,1", "promoter,9,10,-1"),
    Fault("touchpoint_types.csv", "inbound", "outbound"),
)

MONEY = (
    Fault(
        "reporting_amount.sql",
        "{{ product_of(amount, exchange_rate) }}",
        "{{ product_of(amount, exchange_rate) }} + 0.01",
        "int_orders__unlinked_orders+",
    ),
    Fault(
        "int_orders__orders.sql",
        "then kept_orders.amount - kept_orders.refund_amount else 0 end\n        as net_amount",
        "then kept_orders.amount else 0 end\n        as net_amount",
    ),
    Fault(
        "refunds_of_lines.sql",
        "-amount_original as amount_original",
        "amount_original as amount_original",
        selects="int_refunds__pos+",
    ),
    Fault(
        "int_orders__orders.sql",
        "sum(sold_lines.quantity * products.unit_cost)",
        "sum(products.unit_cost)",
    ),
    Fault(
        "int_touchpoints__all.sql",
        "touchpoints.handle_seconds / 3600 * settings.handling_cost_per_hour",
        "touchpoints.handle_seconds / 60 * settings.handling_cost_per_hour",
    ),
    Fault(
        "decimal_comma.sql",
        """", ',', '.')\"""",
        """", ',', '')\"""",
        "stg_pos__receipt_lines+",
    ),
    Fault(
        "int_journeys__journeys.sql",
        "case when contact_sources.is_shown then ended_journeys.{{ column }} end",
        "ended_journeys.{{ column }}",
    ),
    Fault(
        "int_orders__orders.sql",
        "and count(distinct sold_lines.product_key) = 1",
        "and count(distinct sold_lines.product_key) >= 1",
    ),
    Fault("int_orders__coverage.sql", "max(coverage.covered_from)", "min(coverage.covered_from)"),
    Fault(
        "int_orders__orders.sql",
        "> numbered_orders.ordered_at - windows.first_order_look_back'",
        "> numbered_orders.ordered_at'",
    ),
    Fault(
        "int_kpis__unit_members.sql",
        "units.watched_from < coverage.covered_from",
        "units.matures_at < coverage.covered_from",
    ),
    Fault(
        "int_kpis__unit_members.sql", "cast(hole as timestamp) <= units.matures_at and", "false and"
    ),
    Fault("int_orders__customer_bookings.sql", "-refund_amount as", "refund_amount as"),
    Fault(
        "int_cases__contacts.sql",
        "coalesce(pass_turns.first_customer_spoke_at, passes.started_at)",
        "passes.started_at",
    ),
    Fault(
        "int_journeys__lifecycle_spans.sql",
        "touchpoints.is_purchase and coalesce(orders.is_purchase, true) as",
        "touchpoints.is_purchase as",
    ),
    Fault("int_kpis__estimates.sql", "per * mean_value as value", "mean_value as value"),
    Fault("int_kpis__session_units.sql", "'error_count', state", "'100 * error_count', state"),
    Fault(
        "int_orders__exchange_rates.sql",
        "cast(1 as decimal(18, 8))",
        "cast(1.01 as decimal(18, 8))",
    ),
    Fault(
        "dim_customers.sql",
        "sum(net_amount)",
        "-sum(net_amount)",
    ),
    # The same answer again begins the consent anew.
    Fault(
        "int_consent__current.sql",
        "where coalesce(is_allowed != previous_is_allowed, true)",
        "where true",
    ),
    Fault(
        "int_customers__preferences.sql",
        "count(distinct occurred_date) as use_count",
        "count(occurred_date) as use_count",
    ),
    Fault(
        "int_customers__preferences.sql",
        "not in ('outreach', 'feedback', 'unknown')",
        "not in ('feedback', 'unknown')",
    ),
    # What is unknown of one touchpoint is nothing.
    Fault(
        "int_customers__profits.sql",
        "case when count(cost_amount) = count(*) then sum(cost_amount) end as cost_amount",
        "sum(cost_amount) as cost_amount",
    ),
    # A refund of this month moves the fifth of a month that is over.
    Fault(
        "int_customers__profits.sql",
        "- coalesce(unsettled_refunds.margin_change_amount, 0)",
        "- 0",
    ),
    Fault(
        "customer_lifecycle_activity.sql",
        "and moments.occurred_at >= lifecycle_spans.started_at",
        "and moments.occurred_at > lifecycle_spans.started_at",
    ),
    Fault(
        "int_customers__public_traits.sql",
        ">= settings.minimum_customers",
        ">= settings.minimum_customers - 1",
    ),
    # Somebody whose year of birth was corrected is two.
    Fault(
        "int_customers__public_traits.sql",
        "count(distinct customer_key) as customer_count",
        "count(*) as customer_count",
    ),
    Fault(
        "int_customers__public_traits.sql",
        "coalesce(customer_keys.live_customer_key, described.customer_key)",
        "described.customer_key",
    ),
    # Each refund rounded by itself: an order of which all came back keeps a cent.
    Fault(
        "int_orders__refunds.sql",
        "{{ reporting_amount('amount_original_so_far - amount_original', 'exchange_rate') }}",
        "{{ reporting_amount('amount_original_so_far', 'exchange_rate') }}"
        " + {{ reporting_amount('amount_original', 'exchange_rate') }}",
    ),
    Fault(
        "revenue.sql",
        "refund_lines.refunded_date as anchor_date",
        "refund_lines.ordered_date as anchor_date",
    ),
    # Of finished gaps only the short ones are known.
    Fault(
        "int_churn__limits.sql",
        "on months.month_start_date > expected_gaps.ordered_date",
        "on months.month_start_date > expected_gaps.next_ordered_date",
    ),
    # What they buy anyway.
    Fault(
        "int_campaigns__contacts.sql",
        "        on deliveries.campaign_key = carried_campaigns.campaign_key",
        "        on deliveries.campaign_key is not null",
    ),
)

WINDOWS = (
    # Fewer than no errors.
    Fault(
        "mean_bound.sql",
        "{{ value }} - {{ margin }} >= {{ lowest }}",
        "{{ value }} is not null",
        "int_kpis__estimates digital_friction",
    ),
    # Of one case that was solved, sure to be solved.
    Fault(
        "mean_bound.sql",
        "least({{ value }} {{ side }} {{ margin }}, coalesce({{ highest }}, 1e308))",
        "{{ value }}",
        "channel_consistency",
    ),
    # A source of contacts that fell silent shows no repeats, so all look solved.
    Fault(
        "int_journeys__consistency_units.sql",
        "and dimension = 'total' and is_counted",
        "and dimension = 'total'",
    ),
    Fault(
        "int_clocks__deadlines.sql",
        "target_ends_at < closed_at",
        "target_ends_at <= closed_at",
    ),
    Fault(
        "int_cases__contact_chains.sql",
        "followed_contacts.next_same_reason_started_at\n            > contacts.ended_at",
        "followed_contacts.next_same_reason_started_at\n            >= contacts.ended_at",
    ),
    Fault(
        "int_kpis__repurchase_units.sql",
        ">= later_purchases.ordered_at",
        "> later_purchases.ordered_at",
    ),
    Fault(
        "int_kpis__unit_members.sql",
        "units.matures_at < settings.as_of",
        "units.matures_at < settings.as_of + interval 1 day",
    ),
    Fault(
        "int_web__sessions.sql",
        "occurred_at > previous_at + (select",
        "occurred_at >= previous_at + (select",
    ),
    Fault(
        "int_journeys__journeys.sql",
        "duration_of('ended_journeys.timeout_days', 'day')",
        "duration_of('ended_journeys.timeout_days', 'hour')",
    ),
    Fault(
        "int_kpis__checkout_units.sql",
        "completed_at <= recovery_ends_at",
        "completed_at <= outcome_known_at",
    ),
    Fault(
        "int_identity__device_attributions.sql",
        "when next_login_at <= occurred_at + (select",
        "when next_login_at > occurred_at + (select",
    ),
    Fault(
        "int_bad_experiences__incident_signs.sql",
        "<= signs_in_order.previous_at + windows.bad_experience_gap",
        "< signs_in_order.previous_at + windows.bad_experience_gap",
    ),
    Fault(
        "int_cases__contact_chains.sql",
        "<= chains.earlier_ended_at + windows.repeat_contact_window",
        "< chains.earlier_ended_at + windows.repeat_contact_window",
    ),
)

# Each was shipped by a public project.
PEER_DEFECTS = (
    # Improved and worsened satisfaction swapped.
    Fault(
        "int_cases__tickets.sql",
        "rating_courses.first_rating = 'bad' and rating_courses.last_rating = 'good'",
        "rating_courses.first_rating = 'good' and rating_courses.last_rating = 'bad'",
    ),
    # No ticket is ever unreplied.
    Fault(
        "fct_cases.sql",
        "agent_reply_count = 0 as is_unreplied",
        "agent_reply_count < 0 as is_unreplied",
    ),
    # 6.5 is an answer.
    Fault(
        "int_feedback__scored_answers.sql",
        "            when answer_value != floor(answer_value) then 'not_a_whole_number'\n",
        "",
    ),
    # Any question of a tagged survey is its metric.
    Fault(
        "int_feedback__asked_answers.sql",
        "        and answers.question = survey_questions.question",
        "",
    ),
    # One person is promoter and detractor at once.
    Fault(
        "int_feedback__counted_answers.sql",
        "coalesce(customer_key, profile_key, response_key),\n",
        "response_key,\n",
    ),
    # Invitations that bounced could never be answered.
    Fault(
        "int_kpis__invitation_units.sql",
        "case when invitations.is_delivered then 'eligible' else 'excluded' end",
        "'eligible'",
    ),
    # Days are averaged.
    Fault(
        "int_kpis__cells.sql",
        "cast(sum(positive_count) as bigint)",
        "cast(avg(positive_count) as bigint)",
    ),
    # Signing in cuts the session.
    Fault(
        "int_web__sessions.sql",
        "login_profile_key != previous_login_profile_key",
        "login_profile_key is distinct from previous_login_profile_key",
    ),
    # A late login changes nothing that came before it.
    Fault(
        "int_identity__device_attributions.sql",
        "when attribution_rule = 'next_login' then next_profile_key",
        "when attribution_rule = 'next_login' then null",
    ),
    # Records arrive at least once.
    Fault("stg_calls__contact_records.sql", "where is_latest_version", ""),
)

# Seen in deliveries of other companies: `tests/end_to_end/odd_inputs`.
ODD_SERVICE_INPUTS = (
    # The rating of a spam ticket counts.
    Fault(
        "int_feedback__counted_answers.sql",
        "            cases.excluded_reason,\n",
        "",
    ),
    # The note of a merge is a reply.
    Fault(
        "int_turns__tickets.sql",
        "        when 'system' in (comments.machine_type, audits.machine_type) then 'system'\n",
        "",
    ),
    # A voicemail is reached.
    Fault("source_words.csv", "voicemail_beep,machine", "voicemail_beep,person"),
    Fault(
        "int_touchpoints__accounts.sql",
        "event_type = 'request' and request_outcome = 'failed'",
        "event_type = 'request'",
    ),
    Fault(
        "slug_or_unknown.sql", "then 'unknown' end", "then null end", "stg_loyalty__tier_changes"
    ),
    # The agent's leg of a callback is a talk.
    Fault(
        "stg_calls__contact_records.sql",
        "            customer_connected_at is not null\n            and ",
        "            ",
    ),
    # An agent's note opens the ticket.
    Fault(
        "int_cases__tickets.sql",
        "where source_name = 'tickets' and is_public and author_type in ('customer', 'agent')",
        "where source_name = 'tickets' and author_type in ('customer', 'agent')",
    ),
    # What the help desk closes by itself is told as a solution.
    Fault(
        "int_touchpoints__tickets.sql",
        "status_spans.changed_by = 'system' and cases.stated_resolution = 'unresolved'",
        "false",
    ),
    # Three and a half stars are four.
    Fault(
        "stg_chat__conversations.sql",
        "when rating_value = floor(rating_value)",
        "when true",
    ),
    # What is cut has a clock.
    Fault(
        "int_cases__chat.sql",
        "when who_spoke.started_by = 'agent' or conversations.is_cut then null",
        "when who_spoke.started_by = 'agent' then null",
    ),
    # A form that was sent twice is two.
    Fault(
        "int_feedback__responses.sql",
        "        when judged_responses.is_superseded then 'duplicate'\n",
        "",
    ),
    # An NPS on the first page of a form that was broken off counts.
    Fault("int_feedback__asked_answers.sql", "then 'unfinished'", "then null"),
    # A mailing that is sent again asks anew.
    Fault(
        "int_feedback__invitation_messages.sql",
        "coalesce(placed_mailings.first_invitation_key, messages.invitation_key)",
        "messages.invitation_key",
    ),
    # A rule transfers tickets.
    Fault("int_cases__tickets.sql", "        and audits.machine_type is null\n", ""),
)

# What a vendor means, misread.
MISREAD_ORDERS_AND_MESSAGES = (
    Fault("int_orders__unlinked_orders.sql", "    where excluded_reason is null\n", ""),
    Fault(
        "stg_shop__order_lines.sql",
        "coalesce({{ sum_of_items('allocations') }}, line_discount)",
        "line_discount",
        "stg_shop__order_lines",
    ),
    Fault(
        "int_orders__shop.sql",
        "when orders.current_total_amount is null then orders.total_amount",
        "when true then orders.total_amount",
        "int_orders__shop",
    ),
    Fault(
        "stg_shop__orders.sql",
        "coalesce(channel_slug, 'unknown')",
        "coalesce(channel_slug, 'app')",
        "stg_shop__orders",
    ),
    Fault("int_email__events.sql", "    where not is_repeat\n", "", "int_email__events"),
    Fault(
        "int_consent_changes__messaging.sql",
        "on messages.compact_body = reply_words.compact_word",
        "on lower(messages.body) = reply_words.compact_word",
        "int_consent_changes__messaging",
    ),
)

COVERAGE = (
    # Journeys of a time that nothing covers are failures.
    Fault(
        "int_journeys__coverage.sql",
        "placed_journeys.looked_back_at < placed_journeys.covered_from",
        "false",
    ),
    # A source that fell silent is taken for one in which nothing happens.
    Fault(
        "int_company__source_coverage.sql",
        "coalesce(file_spans.last_file_date + 1, file_spans.last_event_date)",
        "date '9999-12-31'",
    ),
    # An amount counts in each journey of its touchpoint.
    Fault("int_journeys__step_facts.sql", ") = 1 as bears_amounts", ") >= 1 as bears_amounts"),
    # A conversation is over as soon as it begins.
    Fault(
        "int_journeys__step_facts.sql",
        "when lasting_contacts.touchpoint_type_slug is null then",
        "when true then",
    ),
    # What nobody saw begin is reached in no time.
    Fault(
        "int_journeys__coverage.sql",
        "when not placed_journeys.is_start_seen then 'no_start_seen'",
        "when false then 'no_start_seen'",
    ),
    # A week of one day is judged like a week.
    Fault("cx_scorecard.sql", "'estimates.is_complete_period'", "'true'"),
)

FAULTS = (
    *FLIPPED_COMPARISONS,
    *DROPPED_FILTERS,
    *DUPLICATED_JOINS,
    *SHIFTED_TIMES,
    *LOST_DAYS,
    *SWAPPED_FLAGS,
    *MONEY,
    *WINDOWS,
    *PEER_DEFECTS,
    *ODD_SERVICE_INPUTS,
    *MISREAD_ORDERS_AND_MESSAGES,
    *COVERAGE,
)

# Fault's name -> why no data test and no unit test needs to see it.
SURVIVORS: dict[str, str] = {
    "touchpoint_types: inbound -> outbound": "who acts is declared there and nowhere else",
    "source_words: voicemail_beep,machine -> voicemail_beep,person": (
        "what a word of a vendor means is declared there and nowhere else"
    ),
    "stg_chat__conversations: when rating_value = floor(rating_value) -> when true": (
        "a whole number is asked for twice: a count that is none is no delivered number either"
    ),
}
