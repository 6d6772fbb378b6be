with journeys as (
    select * from {{ ref('int_journeys__journeys') }}
),

effort_weights as (
    select * from {{ ref('effort_weights') }}
),

efforts as (
    select
        journeys.journey_key,
        effort_weights.weight,
        effort_weights.cap,
        case effort_weights.effort_slug
            when 'further_contacts'
                then journeys.contact_count - least(journeys.contact_count, 1)
            when 'forced_hops' then journeys.forced_hop_count
            when 'repeats' then journeys.repeat_contact_count
            when 'transfers' then journeys.transfer_count
            when 'excess_wait' then journeys.excess_wait_seconds / 3600
            when 'reauthentications' then journeys.reauthentication_count
            when 'failed_self_service' then journeys.failed_self_service_count
        end as amount
    from journeys
    cross join effort_weights
)

select
    journey_key,
    -- A part of the effort would look like less of it: one unknown amount hides it.
    case
        when count(amount) = count(*)
            then 100 * (1 - exp(-sum(cast(weight * least(amount, cap) as decimal(18, 6)))))
    end as effort_score
from efforts
group by journey_key
