-- How much more do satisfied customers bring after they answered than dissatisfied ones, and is it proven?
select
    program_slug,
    metric_slug,
    horizon_days,
    band,
    customer_count,
    round(margin_before_amount, 2) as margin_before,
    round(margin_after_amount, 2) as margin_after,
    round(difference_amount, 2) as more_than_the_lowest_band,
    round(ci_low, 2) as ci_low,
    round(ci_high, 2) as ci_high,
    finding_slug
from marts.value_of_experience
where segment_slug = 'all'
order by program_slug, metric_slug, horizon_days, band_rank;
