-- Every text has one reason and one member of each dimension: texts add up over both. Customers do
-- not. A member of fewer customers than may be shown is one of `other`.
with reasons as (
    select * from {{ ref('int_texts__reasons') }}
),

scores as (
    select * from {{ ref('int_texts__scores') }}
),

labels as (
    select
        text_key,
        label,
        label_count_of_kind
    from {{ ref('int_texts__texts') }}
),

quality as (
    select * from {{ ref('int_texts__quality') }}
    where task = 'sentiment'
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

text_settings as (
    select
        max(setting_value) filter (where setting = 'term_minimum_customers')
            as minimum_customers,
        max(setting_value) filter (where setting = 'term_baseline_weeks') as baseline_weeks,
        max(setting_value) filter (where setting = 'min_labels_per_channel') as minimum_labels
    from {{ ref('text_settings') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'contact_topics'
),

-- A score beats the words. Without one the model's probability counts, where the channel and
-- language, and texts of this kind, have labels enough that shares may be told.
texts as (
    select
        reasons.text_key,
        reasons.customer_key,
        reasons.occurred_date,
        coalesce(reasons.contact_reason_slug, 'unknown') as contact_reason_slug,
        reasons.reason_origin,
        case
            when labels.label is not null then cast(labels.label = 'negative' as integer)
            when labels.label_count_of_kind >= text_settings.minimum_labels and quality.is_used
                then scores.p_negative
        end as negative_chance,
        case
            when labels.label is not null then cast(labels.label = 'positive' as integer)
            when labels.label_count_of_kind >= text_settings.minimum_labels and quality.is_used
                then scores.p_positive
        end as positive_chance,
        {{ list_of([
            "'all'", "coalesce(reasons.product_key, 'unknown')",
            "coalesce(reasons.store_key, 'unknown')", 'reasons.channel_slug',
            "coalesce(reasons.language, 'unknown')", "coalesce(customers.segment_slug, 'unknown')"
        ]) }} as members
    from reasons
    cross join text_settings
    left join labels
        on reasons.text_key = labels.text_key
    left join scores
        on reasons.text_key = scores.text_key
    left join quality
        on
            reasons.channel_slug = quality.channel_slug
            and reasons.language = quality.language
    left join customers
        on reasons.customer_key = customers.customer_key
),

membered_texts as (
    select
        texts.*,
        {{ one_row_per_place({
            'dimension': list_of([
                "'all'", "'product'", "'store'", "'channel'", "'language'", "'segment'"
            ]),
            'own_member': 'members',
        }) }}
    from texts
),

typed_texts as (
    select
        membered_texts.*,
        {{ one_row_per(words("'week month total'")) }} as period_type
    from membered_texts
),

placed_texts as (
    select
        *,
        {{ period_start('period_type', 'occurred_date') }} as period_start_date
    from typed_texts
),

member_sizes as (
    select
        period_type,
        period_start_date,
        contact_reason_slug,
        dimension,
        own_member,
        count(distinct customer_key) as customer_count
    from placed_texts
    group by
        period_type,
        period_start_date,
        contact_reason_slug,
        dimension,
        own_member
),

shown_texts as (
    select
        placed_texts.*,
        case
            when member_sizes.customer_count < text_settings.minimum_customers then 'other'
            else placed_texts.own_member
        end as member
    from placed_texts
    cross join text_settings
    inner join member_sizes
        on
            placed_texts.period_type = member_sizes.period_type
            and placed_texts.period_start_date is not distinct from member_sizes.period_start_date
            and placed_texts.contact_reason_slug = member_sizes.contact_reason_slug
            and placed_texts.dimension = member_sizes.dimension
            and placed_texts.own_member = member_sizes.own_member
),

cells as (
    select
        period_type,
        period_start_date,
        contact_reason_slug,
        dimension,
        member,
        count(distinct customer_key) as customer_count,
        count(*) as text_count,
        count(*) filter (where reason_origin = 'tagged') as tagged_text_count,
        count(*) filter (where reason_origin = 'phrase') as phrase_text_count,
        count(*) filter (where reason_origin = 'model') as model_text_count,
        count(negative_chance) as judged_text_count,
        count(distinct case when negative_chance is not null then customer_key end)
            as judged_customer_count,
        avg(negative_chance) as negative_share,
        avg(positive_chance) as positive_share
    from shown_texts
    group by
        period_type,
        period_start_date,
        contact_reason_slug,
        dimension,
        member
),

first_weeks as (
    select min(period_start_date) as first_week_date
    from cells
    where period_type = 'week'
),

-- What the same series had in the weeks before; a week without a text counts as one of none.
earlier_weeks as (
    select
        period_start_date,
        contact_reason_slug,
        dimension,
        own_member as member,
        customer_count
    from member_sizes
    where period_type = 'week'
),

before as (
    select
        cells.period_start_date,
        cells.contact_reason_slug,
        cells.dimension,
        cells.member,
        sum(earlier_weeks.customer_count) as customer_count
    from cells
    cross join text_settings
    inner join earlier_weeks
        on
            cells.contact_reason_slug = earlier_weeks.contact_reason_slug
            and cells.dimension = earlier_weeks.dimension
            and cells.member = earlier_weeks.member
            and cells.period_start_date > earlier_weeks.period_start_date
            and {{ dbt.datediff(
                'earlier_weeks.period_start_date', 'cells.period_start_date', 'day'
            ) }} <= 7 * text_settings.baseline_weeks
    where cells.period_type = 'week'
    group by
        cells.period_start_date,
        cells.contact_reason_slug,
        cells.dimension,
        cells.member
),

-- A past of fewer customers than may be shown is none, and so is one of a few weeks.
measured_cells as (
    select
        cells.*,
        case
            when
                cells.period_type = 'week'
                and cells.member != 'other'
                and before.customer_count >= text_settings.minimum_customers
                and {{ dbt.datediff(
                    'first_weeks.first_week_date', 'cells.period_start_date', 'day'
                ) }} >= 7 * text_settings.baseline_weeks
                then before.customer_count / text_settings.baseline_weeks
        end as mean_customer_count_before
    from cells
    cross join text_settings
    cross join first_weeks
    left join before
        on
            cells.period_type = 'week'
            and cells.period_start_date = before.period_start_date
            and cells.contact_reason_slug = before.contact_reason_slug
            and cells.dimension = before.dimension
            and cells.member = before.member
    where cells.customer_count >= text_settings.minimum_customers
)

select
    {{ surrogate_key([
        'measured_cells.period_type', 'measured_cells.period_start_date',
        'measured_cells.contact_reason_slug', 'measured_cells.dimension', 'measured_cells.member'
    ]) }} as contact_topic_key,
    measured_cells.period_type,
    measured_cells.period_start_date,
    {{ period_columns('measured_cells.period_type', 'measured_cells.period_start_date') }},
    measured_cells.contact_reason_slug,
    measured_cells.dimension,
    measured_cells.member,
    measured_cells.customer_count,
    measured_cells.text_count,
    measured_cells.tagged_text_count,
    measured_cells.phrase_text_count,
    measured_cells.model_text_count,
    measured_cells.judged_text_count,
    measured_cells.judged_customer_count,
    measured_cells.negative_share,
    {{ wilson_bound(
        '-', 'measured_cells.negative_share', 'measured_cells.judged_customer_count'
    ) }} as negative_share_ci_low,
    {{ wilson_bound(
        '+', 'measured_cells.negative_share', 'measured_cells.judged_customer_count'
    ) }} as negative_share_ci_high,
    measured_cells.positive_share,
    {{ wilson_bound(
        '-', 'measured_cells.positive_share', 'measured_cells.judged_customer_count'
    ) }} as positive_share_ci_low,
    {{ wilson_bound(
        '+', 'measured_cells.positive_share', 'measured_cells.judged_customer_count'
    ) }} as positive_share_ci_high,
    measured_cells.mean_customer_count_before,
    measured_cells.customer_count / measured_cells.mean_customer_count_before
        as change_factor,
    measured_cells.judged_customer_count >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version
from measured_cells
cross join mart_rules
{{ joined_periods('measured_cells.period_type', 'measured_cells.period_start_date') }}
