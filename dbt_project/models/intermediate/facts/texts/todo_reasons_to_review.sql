-- Keys alone: whoever decides opens the case.
select
    text_key,
    case_key,
    source_name,
    tagged_reason_slug,
    model_reason_slug,
    reason_confidence,
    occurred_at
from {{ ref('int_texts__reasons') }}
where tagged_reason_slug != model_reason_slug
