-- Which contact reasons go with the lowest satisfaction, and how many customers did each touch?
select
    dim_contact_reasons.contact_reason_name,
    count(*) as answers,
    count(distinct fct_survey_responses.customer_key) as customers,
    round(avg(fct_survey_responses.score_share), 3) as mean_score_share,
    round(avg(cast(fct_survey_responses.band = 'top' as int)), 3) as satisfied_share
from marts.fct_survey_responses
inner join marts.dim_contact_reasons
    on dim_contact_reasons.contact_reason_slug
        = coalesce(fct_survey_responses.contact_reason_slug, 'unknown')
where fct_survey_responses.metric_slug = 'csat' and fct_survey_responses.is_counted
group by dim_contact_reasons.contact_reason_name
order by mean_score_share;
