{% snapshot int_actions__decision_history %}

{{ config(
    schema='intermediate',
    unique_key='customer_key',
    strategy='check',
    check_cols=['action_slug', 'message_slug', 'hour_block', 'arm', 'reason_slug', 'second_reason_slug'],
    hard_deletes='invalidate',
    snapshot_meta_column_names={
        'dbt_scd_id': 'decision_version_key',
        'dbt_valid_from': 'valid_from',
        'dbt_valid_to': 'valid_to',
        'dbt_updated_at': 'recorded_at',
    }
) }}

-- What was decided, by change: the same decision on the next day makes no row. Expected values move
-- with every answer, so a new one alone is no new decision.
with decisions as (
    select * from {{ ref('int_actions__decisions') }}
)

select
    customer_key,
    segment_slug,
    action_slug,
    priority_class,
    message_slug,
    channel_slug,
    hour_block,
    expected_value,
    arm,
    reason_slug,
    second_reason_slug
from decisions

{% endsnapshot %}
