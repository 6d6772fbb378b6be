-- First contact resolution, repeat contacts and contacts per issue.
with contact_chains as (
    select * from {{ ref('int_cases__contact_chains') }}
),

case_journeys as (
    select * from {{ ref('int_journeys__case_journeys') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

judged_contacts as (
    select
        *,
        case when is_customer_known then 'eligible' else 'unknown' end as person_state,
        case
            when not is_customer_known then 'unknown'
            when not has_chain then 'excluded'
            else 'eligible'
        end as chain_state,
        coalesce(contact_in_chain, 1) = 1 as is_first_of_chain,
        -- Advice and administration are asked for: that nobody asks again tells of no solution. The
        -- kind of a contact without a reason is unknown: it is excluded like every such contact.
        coalesce(contact_reason_kind in ('problem', 'request'), true) as is_problem_or_request,
        is_last_of_case and stated_resolution is not null as is_stated
    from contact_chains
),

units as (
    {{ kpi_units('judged_contacts', [
        kpi_unit(
            'fcr', 'started_at', 'case when has_chain then is_resolved end',
            among='is_problem_or_request', state='chain_state', matures_at='resolution_known_at'
        ),
        kpi_unit(
            'fcr_all_kinds', 'started_at', 'case when has_chain then is_resolved end',
            state='chain_state', matures_at='resolution_known_at'
        ),
        kpi_unit(
            'fcr_any_reason', 'started_at',
            'case when is_customer_known then is_resolved_for_any_reason end',
            state='person_state', matures_at='resolution_known_at'
        ),
        kpi_unit(
            'fcr_issue', 'started_at', 'case when has_chain then chain_length = 1 end',
            among='is_first_of_chain', state='chain_state', matures_at='resolution_known_at'
        ),
        kpi_unit(
            'contacts_per_issue', 'started_at', 'case when has_chain then chain_length end',
            among='is_first_of_chain', state='chain_state', matures_at='resolution_known_at'
        ),
        kpi_unit(
            'fcr_stated', 'started_at', "stated_resolution = 'resolved'", among='is_stated'
        ),
        kpi_unit(
            'fcr_stated_agreement', 'started_at',
            "case when has_chain"
            " then (stated_resolution = 'resolved') = (is_over_in_time and is_last_of_reason) end",
            among='is_stated', state='chain_state', matures_at='resolution_known_at'
        ),
        kpi_unit(
            'repeat_contact', 'started_at',
            'case when has_chain and is_look_back_covered then is_repeat end',
            state="case when chain_state = 'eligible' and not is_look_back_covered then 'excluded'"
            " else chain_state end"
        )
    ]) }}
)

select
    units.metric_slug,
    units.contact_key as unit_key,
    units.customer_key,
    {{ business_date('units.anchored_at', 'settings.default_time_zone') }} as anchor_date,
    units.channel_slug,
    units.segment_slug,
    units.contact_reason_slug,
    case_journeys.journey_slug,
    units.team_key,
    units.unit_value,
    units.unit_state,
    units.anchored_at as watched_from,
    units.matures_at
from units
cross join settings
left join case_journeys
    on units.case_key = case_journeys.case_key
