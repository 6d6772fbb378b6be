-- One form for everything that chance decided: campaigns with a control group of their source. Arms
-- that are drawn elsewhere, as those of actions, are one more branch here.
with campaign_trials as (
    select * from {{ ref('int_campaigns__trials') }}
)

select
    'campaign' as kind,
    campaign_key as subject,
    customer_key,
    is_held_out,
    is_reached,
    assigned_at
from campaign_trials
