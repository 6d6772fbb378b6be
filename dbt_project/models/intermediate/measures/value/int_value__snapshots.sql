-- What was known of a customer on a day, and what they did in the days after it: facts by their own
-- dates. What a device did is left out, since whose device it was is often known only later.
-- The days are those in the names of the predictions.
{%- set days = 30 %}
with observed_time as (
    select * from {{ ref('int_value__observed_time') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

purchases as (
    select * from {{ ref('int_value__margin_events') }}
    where is_purchase
),

contacts as (
    select
        contacts.customer_key,
        contacts.started_at
    from {{ ref('int_cases__contacts') }} as contacts
    inner join {{ ref('int_cases__cases') }} as cases
        on contacts.case_key = cases.case_key
    where
        contacts.customer_key is not null
        and contacts.is_human_contact
        and cases.started_by = 'customer'
        and cases.excluded_reason is null
),

bad_experiences as (
    select * from {{ ref('int_bad_experiences__incidents') }}
    where customer_key is not null
),

answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where
        customer_key is not null
        and is_valid
        and excluded_reason is null
        and score_share is not null
),

value_settings as (
    select
        {{ duration_of(
            "max(setting_value) filter (where setting = 'value_look_back_days')", 'day'
        ) }} as look_back,
        max(setting_value) filter (where setting = 'value_snapshots') as most_snapshots
    from {{ ref('value_settings') }}
),

snapshot_numbers as (
    select {{ one_row_per(numbers_to('cast(most_snapshots as bigint)')) }} as snapshot_number
    from value_settings
),

-- The first is of today: what comes after it is what is predicted.
snapshots as (
    select
        snapshot_numbers.snapshot_number - 1 as snapshot_number,
        observed_time.covered_until
        - {{ duration_of('(snapshot_numbers.snapshot_number - 1) * ' ~ days, 'day') }}
            as snapshot_at,
        value_settings.look_back
    from snapshot_numbers
    cross join observed_time
    cross join value_settings
    where
        observed_time.covered_until
        - {{ duration_of('(snapshot_numbers.snapshot_number - 1) * ' ~ days, 'day') }}
        - value_settings.look_back >= observed_time.covered_from
),

facts as (
    select
        customer_key,
        'purchase' as fact_slug,
        cast(null as double) as score_share,
        occurred_at
    from purchases

    union all

    select
        customer_key,
        'contact' as fact_slug,
        null as score_share,
        started_at as occurred_at
    from contacts

    union all

    select
        customer_key,
        'bad_experience' as fact_slug,
        null as score_share,
        occurred_at
    from bad_experiences

    union all

    select
        customer_key,
        'answer' as fact_slug,
        score_share,
        answered_at as occurred_at
    from answers
),

placed_facts as (
    select
        snapshots.snapshot_number,
        snapshots.snapshot_at,
        facts.*,
        facts.occurred_at <= snapshots.snapshot_at as is_before,
        facts.occurred_at <= snapshots.snapshot_at
        and facts.occurred_at > snapshots.snapshot_at - snapshots.look_back as is_lately,
        facts.occurred_at > snapshots.snapshot_at
        and facts.occurred_at <= snapshots.snapshot_at + {{ duration_of(days, 'day') }} as is_next
    from snapshots
    cross join facts
),

known as (
    select
        snapshot_number,
        snapshot_at,
        customer_key,
        max(occurred_at) filter (where is_before and fact_slug = 'purchase') as purchased_at,
        max(occurred_at) filter (where is_before and fact_slug = 'contact') as contacted_at,
        count(*) filter (where is_lately and fact_slug = 'purchase') as purchase_count,
        count(*) filter (where is_lately and fact_slug = 'contact') as contact_count,
        count(*) filter (where is_lately and fact_slug = 'bad_experience') as bad_experience_count,
        {{ latest_value('case when is_before then score_share end', 'occurred_at') }}
            as last_score_share,
        bool_or(is_next and fact_slug = 'purchase') as has_purchased,
        bool_or(is_next and fact_slug = 'contact') as has_contacted
    from placed_facts
    group by snapshot_number, snapshot_at, customer_key
)

select
    known.snapshot_number,
    known.customer_key,
    {{ dbt.datediff('known.purchased_at', 'known.snapshot_at', 'second') }} / 86400.0
        as purchase_age_days,
    {{ dbt.datediff('known.contacted_at', 'known.snapshot_at', 'second') }} / 86400.0
        as contact_age_days,
    {{ dbt.datediff('customers.first_seen_at', 'known.snapshot_at', 'second') }} / 86400.0
        as tenure_days,
    known.purchase_count,
    known.contact_count,
    known.bad_experience_count,
    known.last_score_share,
    case when known.snapshot_number > 0 then known.has_purchased end as has_purchased,
    case when known.snapshot_number > 0 then known.has_contacted end as has_contacted,
    known.snapshot_at
from known
inner join customers
    on known.customer_key = customers.customer_key
-- Of whoever neither bought nor wrote by then, nothing is predicted.
where
    (known.purchased_at is not null or known.contacted_at is not null)
    and customers.first_seen_at <= known.snapshot_at
