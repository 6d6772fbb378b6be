with quality as (
    select * from {{ ref('int_texts__quality') }}
)

select
    -- keys
    {{ surrogate_key(['model_version', 'task', 'channel_slug', 'language']) }}
        as text_model_quality_key,

    -- attributes
    model_version,
    task,
    channel_slug,
    language,
    unused_reason,

    -- measures
    learnt_text_count,
    held_out_text_count,
    class_count,
    majority_macro_f1,
    macro_f1,
    macro_f1_ci_low as macro_f1_lower_bound,
    balanced_accuracy,
    balanced_accuracy_ci_low,
    balanced_accuracy_ci_high,
    negative_auc,
    negative_auc_ci_low as negative_auc_lower_bound,
    calibration_error,
    threshold as confidence_threshold,
    confident_text_count,
    confident_right_count,
    cast(confident_text_count as double) / nullif(held_out_text_count, 0) as confident_share,
    cast(confident_right_count as double) / nullif(confident_text_count, 0)
        as accuracy_when_confident,

    -- flags
    is_used,

    -- timestamps
    learnt_at
from quality
