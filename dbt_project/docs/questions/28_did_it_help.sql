-- Did what we did help, by how much, and what could we have seen at all?
select
    experiment_name,
    kind,
    metric_slug,
    treated_count,
    held_out_count,
    round(coalesce(treated_value, value_after), 3) as treated_or_after,
    round(coalesce(held_out_value, value_before), 3) as held_out_or_before,
    round(difference, 3) as difference,
    round(coalesce(sequential_ci_low, ci_low), 3) as at_least,
    round(coalesce(sequential_ci_high, ci_high), 3) as at_most,
    round(minimum_detectable_difference, 3) as could_have_seen,
    verdict
from marts.action_outcomes
where
    segment_slug = 'all'
    and verdict != 'nothing_to_read'
order by
    method_slug desc,
    held_out_count desc,
    experiment_slug asc;
