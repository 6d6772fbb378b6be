-- What is called on or off target lies wholly on that side of it.
select
    cell_key,
    metric_slug,
    status,
    target,
    ci_low,
    ci_high
from {{ ref('cx_scorecard') }}
where
    status in ('on_target', 'off_target')
    and (
        ci_low is null
        or ci_high is null
        or (ci_low < target and target < ci_high)
    )
