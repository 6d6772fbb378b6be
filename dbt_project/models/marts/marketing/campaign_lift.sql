-- What a campaign brought: as many more of those who were sent it bought as of those who were held
-- out. Without a control group nobody can tell.
with trials as (
    select * from {{ ref('int_campaigns__trials') }}
),

contacts as (
    select * from {{ ref('int_campaigns__contacts') }}
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'campaign_lift'
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

counts as (
    select
        trials.campaign_key,
        count(*) filter (where not trials.is_held_out) as treated_count,
        count(*) filter (where not trials.is_held_out and trials.has_bought)
            as treated_buyer_count,
        count(*) filter (where trials.is_held_out) as held_out_count,
        count(*) filter (where trials.is_held_out and trials.has_bought) as held_out_buyer_count
    from trials
    inner join settings
        on trials.matures_at < settings.as_of
    group by trials.campaign_key
),

befores as (
    select
        contacts.campaign_key,
        count(*) as contact_count,
        count(contacts.bought_before_at) as bought_before_count
    from contacts
    inner join settings
        on contacts.conversion_matures_at < settings.as_of
    group by contacts.campaign_key
),

rates as (
    select
        *,
        treated_buyer_count / nullif(cast(treated_count as double), 0) as treated_rate,
        held_out_buyer_count / nullif(cast(held_out_count as double), 0) as held_out_rate
    from counts
),

bounds as (
    select
        *,
        treated_rate - held_out_rate as lift,
        {{ wilson_bound('-', 'treated_rate', 'treated_count') }} as treated_low,
        {{ wilson_bound('+', 'treated_rate', 'treated_count') }} as treated_high,
        {{ wilson_bound('-', 'held_out_rate', 'held_out_count') }} as held_out_low,
        {{ wilson_bound('+', 'held_out_rate', 'held_out_count') }} as held_out_high
    from rates
),

-- Newcombe: the bounds of a difference from those of its two rates.
lifts as (
    select
        *,
        lift - sqrt(power(treated_rate - treated_low, 2) + power(held_out_high - held_out_rate, 2))
            as ci_low,
        lift + sqrt(power(treated_high - treated_rate, 2) + power(held_out_rate - held_out_low, 2))
            as ci_high
    from bounds
)

select
    lifts.campaign_key,
    campaigns.campaign_name,
    campaigns.campaign_kind,
    lifts.treated_count,
    lifts.treated_buyer_count,
    lifts.treated_rate,
    lifts.held_out_count,
    lifts.held_out_buyer_count,
    lifts.held_out_rate,
    befores.bought_before_count / nullif(cast(befores.contact_count as double), 0)
        as bought_before_rate,
    lifts.lift,
    lifts.ci_low,
    lifts.ci_high,
    case
        when lifts.held_out_count = 0 or lifts.treated_count = 0 then 'cannot_tell'
        when
            lifts.held_out_count < mart_rules.minimum_n
            or lifts.treated_count < mart_rules.minimum_n
            then 'too_few'
        when lifts.ci_low > 0 then 'more'
        when lifts.ci_high < 0 then 'fewer'
        else 'cannot_tell'
    end as verdict,
    mart_rules.definition_version
from lifts
cross join mart_rules
left join campaigns
    on lifts.campaign_key = campaigns.campaign_key
left join befores
    on lifts.campaign_key = befores.campaign_key
