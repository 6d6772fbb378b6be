-- Which share of sessions ends in an order, by channel and source of traffic?
select
    channel_slug,
    coalesce(entry_campaign_source, 'none') as campaign_source,
    count(*) as sessions,
    count(*) filter (where has_cart) as with_cart,
    count(*) filter (where has_checkout) as with_checkout,
    count(*) filter (where has_order) as with_order,
    round(count(*) filter (where has_order) / count(*), 4) as conversion
from marts.fct_sessions
where not is_bot
group by all
order by sessions desc;
