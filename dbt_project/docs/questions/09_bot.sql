-- Bot: sessions, contained, handed over, by reason?
select
    coalesce(contact_reason_slug, 'unknown') as contact_reason_slug,
    sum(denominator) as bot_sessions,
    sum(numerator) as contained
from marts.service_performance
where metric_slug = 'bot_containment' and period_type = 'month'
group by all
order by bot_sessions desc;
