-- Whom do we contact today, by what and why, for how many is it refused, and by which rule?
with refused as (
    select
        action_slug,
        sum(customer_count) as refused_count,
        max_by(verdict_slug, customer_count) as most_frequent_rule
    from marts.action_refusals
    where verdict_slug != 'allowed' and is_current
    group by action_slug
)

select
    decisions.action_slug,
    decisions.priority_class,
    decisions.channel_slug,
    count(*) filter (where decisions.arm = 'treated') as to_contact,
    count(*) filter (where decisions.arm = 'held_out') as held_out,
    mode(decisions.reason_slug) as most_frequent_reason,
    round(avg(decisions.expected_value), 2) as mean_expected_value,
    any_value(refused.refused_count) as refused_count,
    any_value(refused.most_frequent_rule) as most_frequent_rule
from marts.next_best_actions as decisions
left join refused
    on decisions.action_slug = refused.action_slug
where decisions.action_slug != 'nothing'
group by
    decisions.action_slug,
    decisions.priority_class,
    decisions.channel_slug
order by
    to_contact desc,
    decisions.action_slug asc,
    decisions.channel_slug asc
