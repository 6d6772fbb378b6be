-- Made from the project's own YAML: what a reader is told is what the contract says.
with described_columns as (
    {{ described_columns() }}
)

select
    table_name,
    column_name,
    cast(column_position as bigint) as column_position,
    data_type,
    column_description,
    case
        when {{ ends_in("column_name", "'_seconds'") }} then 'seconds'
        when {{ ends_in("column_name", "'_hours'") }} then 'hours'
        when {{ ends_in("column_name", "'_days'") }} then 'days'
        when {{ ends_in("column_name", "'_amount'") }} then 'reporting currency'
        when {{ ends_in("column_name", "'_original'") }} then 'currency of the source'
        when {{ ends_in("column_name", "'_count'") }} then 'count'
        when {{ ends_in("column_name", "'_share'") }} then 'share from 0 to 1'
        when {{ ends_in("column_name", "'_at'") }} then 'moment, UTC'
        when {{ ends_in("column_name", "'_date'") }} then 'business date'
        when data_type = 'boolean' then 'true or false'
    end as unit,
    joins_to,
    table_description,
    owner
from described_columns
