-- What is spreading this morning, what may have caused it, and how many who are exposed have not asked yet?
with allowed as (
    select
        episode_key,
        count(*) as not_asking_with_a_channel
    from marts.early_warning_customers
    where not has_asked and channel_allowed is not null
    group by episode_key
)

select
    early_warnings.owner,
    early_warnings.rule_name,
    early_warnings.topic,
    early_warnings.area_member_name,
    early_warnings.direction,
    early_warnings.episode_state,
    early_warnings.began_date,
    early_warnings.last_date,
    early_warnings.customer_count,
    early_warnings.peak_customer_count,
    round(early_warnings.peak_expected_count, 1) as peak_expected_count,
    early_warnings.known_cause_name,
    early_warnings.exposed_count,
    early_warnings.not_yet_asking_count,
    allowed.not_asking_with_a_channel,
    early_warnings.earlier_listed_asked_share,
    early_warnings.earlier_compared_asked_share
from marts.early_warnings
left join allowed
    on early_warnings.episode_key = allowed.episode_key
order by early_warnings.episode_state, early_warnings.last_date desc, early_warnings.episode_key;
