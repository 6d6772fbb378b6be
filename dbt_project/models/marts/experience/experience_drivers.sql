-- What moves a score, beside what customers say matters to them and how they found it. What too few
-- answers or customers tell is hidden, with the reason.
with effects as (
    select * from {{ ref('int_understanding__effects') }}
),

driver_values as (
    select * from {{ ref('int_understanding__driver_values') }}
),

drivers as (
    select
        *,
        coalesce(journey_slug, 'all') as journey_member
    from {{ ref('drivers') }}
),

counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
),

invitations as (
    select * from {{ ref('int_feedback__invitations') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

known_customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

survey_items as (
    select * from {{ ref('survey_items') }}
    where is_valid and excluded_reason is null
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'experience_drivers'
),

splits as (
    select {{ one_row_per(["'segment'", "'all'"]) }} as split
),

member_items as (
    select
        survey_items.program_slug,
        survey_items.feedback_key,
        survey_items.item_slug,
        survey_items.item_kind,
        survey_items.value_share,
        case when splits.split = 'segment' then survey_items.segment_slug else 'all' end
            as segment_slug
    from survey_items
    cross join splits
),

answered_forms as (
    select
        program_slug,
        segment_slug,
        count(distinct feedback_key) as form_count
    from member_items
    where segment_slug is not null
    group by
        program_slug,
        segment_slug
),

-- An item of importance counts by its mean, else a topic by the share of forms that ticked it. A
-- rating says how something was, not how much it matters.
item_importance as (
    select
        member_items.program_slug,
        member_items.segment_slug,
        member_items.item_slug,
        member_items.item_kind,
        case
            when member_items.item_kind = 'topic' then max(answered_forms.form_count)
            else count(*)
        end as stated_count,
        case
            when member_items.item_kind = 'topic'
                then
                    count(distinct member_items.feedback_key)
                    / cast(max(answered_forms.form_count) as double)
            else cast(avg(cast(member_items.value_share as decimal(18, 9))) as double)
        end as stated_importance
    from member_items
    inner join answered_forms
        on
            member_items.program_slug = answered_forms.program_slug
            and member_items.segment_slug = answered_forms.segment_slug
    where member_items.item_kind in ('topic', 'importance')
    group by
        member_items.program_slug,
        member_items.segment_slug,
        member_items.item_slug,
        member_items.item_kind
),

stated_items as (
    select
        program_slug,
        segment_slug,
        item_slug,
        min_by(stated_count, {{ sort_key(["item_kind = 'topic'", 'item_kind']) }})
            as stated_count,
        min_by(stated_importance, {{ sort_key(["item_kind = 'topic'", 'item_kind']) }})
            as stated_importance
    from item_importance
    group by
        program_slug,
        segment_slug,
        item_slug
),

-- How long customers say that they waited, in minutes, beside the wait that was measured.
perceived_drivers as (
    select
        driver_values.program_slug,
        driver_values.metric_slug,
        driver_values.journey_slug,
        driver_values.driver_slug,
        case when splits.split = 'segment' then driver_values.segment_slug else 'all' end
            as segment_slug,
        count(*) as perceived_count,
        avg(cast(survey_items.value as decimal(18, 6))) / 60 as perceived_mean_hours,
        avg(cast(driver_values.value as decimal(18, 6))) as measured_mean_hours,
        -- Beyond this place the order of rows decides.
        round(corr(survey_items.value, driver_values.value), 9) as perceived_correlation
    from driver_values
    inner join drivers
        on
            driver_values.program_slug = drivers.program_slug
            and driver_values.metric_slug = drivers.metric_slug
            and driver_values.journey_slug = drivers.journey_member
            and driver_values.driver_slug = drivers.driver_slug
    inner join counted_answers
        on driver_values.response_key = counted_answers.response_key
    inner join survey_items
        on
            survey_items.feedback_key = {{ surrogate_key([
                'counted_answers.source_name', 'counted_answers.program_slug',
                'counted_answers.response_id'
            ]) }}
            and drivers.perceived_item = survey_items.item_slug
            and survey_items.item_kind = 'perceived_wait'
    cross join splits
    where driver_values.is_known
    group by
        driver_values.program_slug,
        driver_values.metric_slug,
        driver_values.journey_slug,
        driver_values.driver_slug,
        case when splits.split = 'segment' then driver_values.segment_slug else 'all' end
),

-- Whose score it is: of a relation every known customer's; of an event those who were asked about
-- one or told of one. Who had none to be asked about loses nothing to it.
asked_customers as (
    select distinct
        outcomes.program_slug,
        known_customers.customer_key
    from (
        select
            program_slug,
            max(case when feedback_kind = 'relational' then 1 else 0 end) as is_relational
        from counted_answers
        group by program_slug
    ) as outcomes
    cross join known_customers
    where outcomes.is_relational = 1

    union

    select
        invitations.program_slug,
        customer_profiles.customer_key
    from invitations
    cross join settings
    cross join windows
    inner join customer_profiles
        on invitations.profile_key = customer_profiles.profile_key
    where
        invitations.sent_at < settings.as_of
        and invitations.sent_at >= settings.as_of - windows.driver_history

    union

    select distinct
        program_slug,
        customer_key
    from driver_values
    where customer_key is not null
),

program_customers as (
    select
        asked_customers.program_slug,
        case when splits.split = 'segment' then known_customers.segment_slug else 'all' end
            as segment_slug,
        count(*) as program_customer_count
    from asked_customers
    inner join known_customers
        on asked_customers.customer_key = known_customers.customer_key
    cross join splits
    group by
        asked_customers.program_slug,
        case when splits.split = 'segment' then known_customers.segment_slug else 'all' end
),

ranked_effects as (
    select
        effects.*,
        drivers.driver_name,
        drivers.measure,
        drivers.scope,
        drivers.expected_sign,
        drivers.is_actionable,
        drivers.owner,
        stated_items.stated_count,
        stated_items.stated_importance,
        case
            when stated_items.stated_importance is not null
                then
                    rank() over (
                        partition by
                            effects.program_slug,
                            effects.metric_slug,
                            effects.journey_slug,
                            effects.segment_slug
                        order by stated_items.stated_importance desc nulls last
                    )
        end as stated_rank,
        count(stated_items.stated_importance) over (
            partition by
                effects.program_slug,
                effects.metric_slug,
                effects.journey_slug,
                effects.segment_slug
        ) as stated_driver_count,
        min(stated_items.stated_importance) over (
            partition by
                effects.program_slug,
                effects.metric_slug,
                effects.journey_slug,
                effects.segment_slug
        ) as least_stated_importance,
        max(stated_items.stated_importance) over (
            partition by
                effects.program_slug,
                effects.metric_slug,
                effects.journey_slug,
                effects.segment_slug
        ) as most_stated_importance,
        count(effects.derived_rank) over (
            partition by
                effects.program_slug,
                effects.metric_slug,
                effects.journey_slug,
                effects.segment_slug
        ) as derived_driver_count
    from effects
    inner join drivers
        on
            effects.program_slug = drivers.program_slug
            and effects.metric_slug = drivers.metric_slug
            and effects.journey_slug = drivers.journey_member
            and effects.driver_slug = drivers.driver_slug
    left join stated_items
        on
            effects.program_slug = stated_items.program_slug
            and effects.segment_slug = stated_items.segment_slug
            and drivers.importance_item = stated_items.item_slug
),

-- High is the upper half of the ranks; what has no effect of its own is never meant. Drivers that
-- share one item are said alike, and none of them before another.
judged_effects as (
    select
        *,
        case
            when least_stated_importance < most_stated_importance
                then 2 * stated_rank <= stated_driver_count + 1
        end as is_stated_high,
        has_effect and 2 * derived_rank <= derived_driver_count + 1 as is_derived_high
    from ranked_effects
)

select
    {{ surrogate_key([
        'judged_effects.program_slug', 'judged_effects.metric_slug', 'judged_effects.journey_slug',
        'judged_effects.segment_slug', 'judged_effects.driver_slug'
    ]) }} as experience_driver_key,
    judged_effects.program_slug,
    judged_effects.metric_slug,
    judged_effects.journey_slug,
    judged_effects.segment_slug,
    judged_effects.driver_slug,
    judged_effects.driver_name,
    judged_effects.measure,
    judged_effects.scope,
    judged_effects.owner,
    judged_effects.is_actionable,
    judged_effects.answer_count,
    judged_effects.customer_count,
    judged_effects.affected_count,
    judged_effects.unaffected_count,
    judged_effects.unlinked_count,
    case when judged_effects.is_min_n then judged_effects.mean_value end as mean_value,
    case when judged_effects.is_min_n then judged_effects.effect end as effect,
    case when judged_effects.is_min_n then judged_effects.effect_ci_low end as effect_ci_low,
    case when judged_effects.is_min_n then judged_effects.effect_ci_high end as effect_ci_high,
    case when judged_effects.is_min_n then judged_effects.mean_points end as mean_points,
    case when judged_effects.is_min_n then judged_effects.mean_points_ci_low end
        as mean_points_ci_low,
    case when judged_effects.is_min_n then judged_effects.mean_points_ci_high end
        as mean_points_ci_high,
    case when judged_effects.is_min_n then judged_effects.importance_share end
        as importance_share,
    case when judged_effects.is_min_n then judged_effects.importance_share_ci_low end
        as importance_share_ci_low,
    case when judged_effects.is_min_n then judged_effects.importance_share_ci_high end
        as importance_share_ci_high,
    judged_effects.r_squared,
    cast(judged_effects.derived_rank as bigint) as derived_rank,
    judged_effects.is_distinct,
    case
        when not judged_effects.is_min_n then null
        when not judged_effects.has_effect then 'no_effect_of_its_own'
        when judged_effects.derived_rank = 1 and judged_effects.is_distinct then 'most_important'
        else 'has_effect'
    end as finding_slug,
    case
        when judged_effects.has_effect
            then (judged_effects.effect > 0) = (judged_effects.expected_sign = 'positive')
    end as is_as_expected,
    judged_effects.stated_count,
    judged_effects.stated_importance,
    judged_effects.stated_rank,
    case
        when judged_effects.is_stated_high and judged_effects.is_derived_high then 'said_and_meant'
        when judged_effects.is_derived_high and not judged_effects.is_stated_high
            then 'meant_not_said'
        when judged_effects.is_stated_high and not judged_effects.is_derived_high
            then 'said_not_meant'
        when not judged_effects.is_stated_high and not judged_effects.is_derived_high
            then 'neither'
    end as quadrant_slug,
    perceived_drivers.perceived_count,
    perceived_drivers.perceived_mean_hours,
    perceived_drivers.measured_mean_hours,
    -- Where one of the two never varies there is none.
    case
        when {{ is_finite('perceived_drivers.perceived_correlation') }}
            then perceived_drivers.perceived_correlation
    end as perceived_correlation,
    program_customers.program_customer_count,
    cast(judged_effects.horizon_days as bigint) as horizon_days,
    case
        when judged_effects.is_money_proven
            then judged_effects.money_amount * program_customers.program_customer_count
    end as money_at_stake_amount,
    case
        when judged_effects.is_money_proven
            then judged_effects.money_ci_low * program_customers.program_customer_count
    end as money_at_stake_ci_low,
    case
        when judged_effects.is_money_proven
            then judged_effects.money_ci_high * program_customers.program_customer_count
    end as money_at_stake_ci_high,
    judged_effects.is_money_proven,
    judged_effects.is_min_n,
    judged_effects.reason_slug as hidden_reason_slug,
    mart_rules.definition_version
from judged_effects
cross join mart_rules
left join perceived_drivers
    on
        judged_effects.program_slug = perceived_drivers.program_slug
        and judged_effects.metric_slug = perceived_drivers.metric_slug
        and judged_effects.journey_slug = perceived_drivers.journey_slug
        and judged_effects.segment_slug = perceived_drivers.segment_slug
        and judged_effects.driver_slug = perceived_drivers.driver_slug
left join program_customers
    on
        judged_effects.program_slug = program_customers.program_slug
        and judged_effects.segment_slug = program_customers.segment_slug
