-- What matters to whom: what moves each score, by how many points, and what do customers say about it?
select
    segment_slug,
    program_slug,
    metric_slug,
    journey_slug,
    driver_name,
    finding_slug,
    round(effect, 2) as points_per_unit,
    round(mean_points, 2) as points_of_the_average_answer,
    round(mean_points_ci_low, 2) as at_least,
    round(mean_points_ci_high, 2) as at_most,
    affected_count,
    unlinked_count,
    money_at_stake_amount,
    quadrant_slug,
    hidden_reason_slug
from marts.experience_drivers
order by segment_slug, program_slug, metric_slug, journey_slug, derived_rank nulls last, driver_name;
