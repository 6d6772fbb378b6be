-- What spreads or stops, whom it reaches, and how often the lists of the same rule were right
-- before. A rise of fewer customers than may be shown has no number.
with episodes as (
    select * from {{ ref('int_warnings__episodes') }}
),

rules as (
    select * from {{ ref('warning_rules') }}
),

events as (
    select * from {{ ref('int_warnings__events') }}
),

exposed_customers as (
    select * from {{ ref('int_warnings__exposed_customers') }}
),

contacts as (
    select * from {{ ref('int_campaigns__contacts') }}
    where delivered_date is not null
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

holidays as (
    select holidays.*
    from {{ ref('holidays') }} as holidays
    inner join settings
        on holidays.country_code = settings.default_country
),

products as (
    select * from {{ ref('int_orders__products') }}
),

stores as (
    select * from {{ ref('stores') }}
),

warning_settings as (
    select
        cast(max(setting_value) filter (where setting = 'known_cause_days') as integer)
            as known_cause_days,
        cast(max(setting_value) filter (where setting = 'minimum_listed') as integer)
            as minimum_listed
    from {{ ref('warning_settings') }}
),

minimums as (
    select max(setting_value) as minimum_customers
    from {{ ref('identity_settings') }}
    where setting = 'minimum_customers_per_public_cell'
),

-- Of all days of an episode, each customer once.
episode_events as (
    select
        episodes.episode_key,
        count(distinct events.customer_key) as customer_count,
        {{ dbt.listagg('distinct events.language', "' '", 'order by events.language') }}
            as languages
    from episodes
    inner join events
        on
            episodes.rule_slug = events.rule_slug
            and episodes.topic = events.topic
            and episodes.area_member = events.area_member
            and episodes.window_start_date <= events.day_date
            and episodes.last_date >= events.day_date
    group by episodes.episode_key
),

campaign_starts as (
    select
        contacts.campaign_key,
        campaigns.campaign_name,
        min(contacts.delivered_date) as sent_date
    from contacts
    inner join campaigns
        on contacts.campaign_key = campaigns.campaign_key
    group by
        contacts.campaign_key,
        campaigns.campaign_name
),

-- The latest campaign before it; of several of one day the first by name.
campaign_causes as (
    select
        episodes.episode_key,
        max_by(
            campaign_starts.campaign_key,
            {{ sort_key(['campaign_starts.sent_date', 'campaign_starts.campaign_key']) }}
        ) as campaign_key,
        max_by(
            campaign_starts.campaign_name,
            {{ sort_key(['campaign_starts.sent_date', 'campaign_starts.campaign_key']) }}
        ) as campaign_name
    from episodes
    cross join warning_settings
    inner join campaign_starts
        on
            episodes.direction = 'rise'
            and campaign_starts.sent_date
            >= episodes.began_date - warning_settings.known_cause_days
            and episodes.began_date >= campaign_starts.sent_date
    group by episodes.episode_key
),

-- A day off moves contacts and purchases to the day after.
holiday_causes as (
    select
        episodes.episode_key,
        max_by(holidays.holiday_name, holidays.holiday_date) as holiday_name
    from episodes
    inner join holidays
        on
            holidays.holiday_date >= episodes.began_date - 1
            and episodes.began_date >= holidays.holiday_date
    group by episodes.episode_key
),

lists as (
    select
        episode_key,
        count(*) filter (where is_exposed) as exposed_count,
        count(*) filter (where is_exposed and not has_asked) as not_yet_asking_count,
        count(*) filter (where is_listed) as listed_count,
        count(*) filter (where is_listed and has_asked_later) as listed_asked_count,
        count(*) filter (where is_compared) as compared_count,
        count(*) filter (where is_compared and has_asked_later) as compared_asked_count
    from exposed_customers
    group by episode_key
),

-- What the lists of the same rule came to that were over before this one was written.
earlier_lists as (
    select
        episodes.episode_key,
        count(*) as earlier_list_count,
        cast(sum(lists.listed_count) as bigint) as listed_count,
        cast(sum(lists.listed_asked_count) as bigint) as listed_asked_count,
        cast(sum(lists.compared_count) as bigint) as compared_count,
        cast(sum(lists.compared_asked_count) as bigint) as compared_asked_count
    from episodes
    inner join episodes as earlier
        on
            episodes.rule_slug = earlier.rule_slug
            and episodes.began_date > earlier.asking_until_date
    inner join lists
        on earlier.episode_key = lists.episode_key
    where earlier.is_list_mature
    group by episodes.episode_key
),

shown as (
    select
        episodes.*,
        episode_events.languages,
        campaign_causes.campaign_key,
        lists.exposed_count,
        lists.not_yet_asking_count,
        lists.listed_count,
        lists.compared_count,
        earlier_lists.earlier_list_count,
        earlier_lists.listed_count as earlier_listed_count,
        earlier_lists.listed_asked_count as earlier_listed_asked_count,
        earlier_lists.compared_count as earlier_compared_count,
        earlier_lists.compared_asked_count as earlier_compared_asked_count,
        case when episodes.is_list_mature then lists.listed_asked_count end as listed_asked_count,
        case when episodes.is_list_mature then lists.compared_asked_count end
            as compared_asked_count,
        coalesce(episode_events.customer_count, episodes.peak_customer_count, 0) as customer_count,
        case
            when campaign_causes.campaign_key is not null then 'campaign'
            when holiday_causes.holiday_name is not null then 'holiday'
        end as known_cause_slug,
        coalesce(campaign_causes.campaign_name, holiday_causes.holiday_name) as known_cause_name
    from episodes
    left join episode_events
        on episodes.episode_key = episode_events.episode_key
    left join campaign_causes
        on episodes.episode_key = campaign_causes.episode_key
    left join holiday_causes
        on episodes.episode_key = holiday_causes.episode_key
    left join lists
        on episodes.episode_key = lists.episode_key
    left join earlier_lists
        on episodes.episode_key = earlier_lists.episode_key
)

select
    shown.episode_key,
    shown.rule_slug,
    rules.rule_name,
    shown.count_of,
    shown.topic,
    shown.area,
    shown.area_member,
    coalesce(products.product_name, stores.store_name, shown.area_member) as area_member_name,
    shown.direction,
    shown.began_date,
    shown.last_date,
    case when shown.is_open then 'open' else 'over' end as episode_state,
    shown.alarm_day_count,
    shown.is_seen_in_1_day,
    shown.is_seen_in_7_days,
    case
        when shown.customer_count >= minimums.minimum_customers or shown.direction = 'fall'
            then shown.customer_count
    end as customer_count,
    case
        when shown.peak_customer_count >= minimums.minimum_customers or shown.direction = 'fall'
            then shown.peak_customer_count
    end as peak_customer_count,
    shown.peak_expected_count,
    cast(shown.peak_window_days as integer) as peak_window_days,
    shown.peak_date,
    case
        when shown.customer_count >= minimums.minimum_customers
            then shown.languages
    end as languages,
    shown.exposed_count,
    shown.not_yet_asking_count,
    shown.listed_count,
    shown.listed_asked_count,
    shown.compared_count,
    shown.compared_asked_count,
    shown.earlier_listed_count,
    shown.earlier_listed_asked_count,
    case
        when shown.earlier_listed_count >= warning_settings.minimum_listed
            then shown.earlier_listed_asked_count / cast(shown.earlier_listed_count as double)
    end as earlier_listed_asked_share,
    shown.earlier_compared_count,
    shown.earlier_compared_asked_count,
    case
        when shown.earlier_compared_count >= warning_settings.minimum_listed
            then shown.earlier_compared_asked_count / cast(shown.earlier_compared_count as double)
    end as earlier_compared_asked_share,
    case
        when shown.exposed_count is null then 'no_list'
        when shown.earlier_list_count is null then 'no_earlier_list'
        when shown.earlier_listed_count < warning_settings.minimum_listed then 'too_few'
    end as earlier_share_reason,
    shown.known_cause_slug,
    shown.known_cause_name,
    shown.campaign_key,
    rules.owner
from shown
cross join minimums
cross join warning_settings
inner join rules
    on shown.rule_slug = rules.rule_slug
left join products
    on shown.area = 'product' and shown.area_member = products.product_key
left join stores
    on shown.area = 'store' and shown.area_member = stores.store_id
