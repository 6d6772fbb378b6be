-- Where do permissions come from, how old are they, and in which channel are those people found by themselves?
select
    customer_consents.channel_slug,
    customer_consents.source_name,
    customer_consents.is_allowed,
    count(*) as customers,
    min(customer_consents.since_at) as oldest,
    median(customer_consents.since_at) as middle,
    mode(customer_preferences.preferred_channel_slug) as most_preferred_channel,
    count(customer_preferences.preferred_channel_slug) as customers_with_a_preference
from marts.customer_consents
left join marts.customer_preferences
    on customer_consents.customer_key = customer_preferences.customer_key
group by customer_consents.channel_slug, customer_consents.source_name, customer_consents.is_allowed
order by customer_consents.channel_slug, customers desc;
