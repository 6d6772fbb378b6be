-- How many customers had two or more bad experiences in 30 days and have an issue open now?
select
    count(*) as customers,
    sum(net_amount) as net_amount_at_stake
from marts.customer_health
where recent_bad_experience_count >= 2 and has_open_case;
