-- The name by which people are told apart; a profile that shows half a name has none.
{{ config(materialized='view') }}

with evidence as (
    select * from {{ ref('int_identity__evidence') }}
)

select
    given_names.profile_key,
    given_names.evidence_value || ' ' || surnames.evidence_value as full_name
from evidence as given_names
inner join evidence as surnames
    on given_names.profile_key = surnames.profile_key
where given_names.evidence_kind = 'given_name' and surnames.evidence_kind = 'surname'
