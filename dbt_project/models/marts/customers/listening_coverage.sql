-- The share of each channel's customers whom we hear. An answer to a survey counts in the channel
-- that it is about; one about no channel counts over all channels.
with channel_months as (
    select * from {{ ref('int_feedback__channel_months') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

channels as (
    select * from {{ ref('channels') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'listening_coverage'
),

customer_months as (
    select
        channel_months.month_start_date,
        {{ one_row_per([
            "'all'",
            "case when channels.channel_family != 'feedback' then channel_months.channel_slug end"
        ]) }} as channel_slug,
        customers.segment_slug,
        channel_months.customer_key,
        customers.is_identified,
        channel_months.is_heard
    from channel_months
    inner join customers
        on channel_months.customer_key = customers.customer_key
    inner join channels
        on channel_months.channel_slug = channels.channel_slug
),

member_months as (
    select
        month_start_date,
        channel_slug,
        {{ one_row_per(["'all'", 'segment_slug']) }} as segment_slug,
        customer_key,
        is_identified,
        is_heard
    from customer_months
    where channel_slug is not null
),

-- A customer is one, however many channels they use.
person_counts as (
    select
        month_start_date,
        channel_slug,
        segment_slug,
        customer_key,
        1 as unit_count,
        max(cast(is_heard as integer)) as success_count
    from member_months
    where is_identified and segment_slug is not null
    group by
        month_start_date,
        channel_slug,
        segment_slug,
        customer_key
),

rates as (
    {{ clustered_rates('person_counts', ['month_start_date', 'channel_slug', 'segment_slug']) }}
),

strangers as (
    select
        month_start_date,
        channel_slug,
        segment_slug,
        count(distinct customer_key) as n_unknown
    from member_months
    where not is_identified
    group by
        month_start_date,
        channel_slug,
        segment_slug
)

select
    rates.month_start_date,
    {{ period_columns("'month'", 'rates.month_start_date') }},
    rates.channel_slug,
    rates.segment_slug,
    rates.numerator,
    rates.denominator,
    rates.value,
    rates.ci_low,
    rates.ci_high,
    coalesce(strangers.n_unknown, 0) as n_unknown,
    cast(rates.month_start_date + interval '1 month' as timestamp) <= settings.as_of as is_mature,
    rates.denominator >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version
from rates
cross join settings
cross join mart_rules
left join strangers
    on
        rates.month_start_date = strangers.month_start_date
        and rates.channel_slug = strangers.channel_slug
        and rates.segment_slug = strangers.segment_slug
{{ joined_periods("'month'", 'rates.month_start_date') }}
