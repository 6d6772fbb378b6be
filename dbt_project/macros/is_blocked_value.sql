{# Whether a lower-case value is what a row of `blocked_values` blocks. A `number` is blocked however its digits are written. #}
{% macro is_blocked_value(value) -%}
    case blocked_values.match_kind
        when 'exact' then {{ value }} = blocked_values.blocked_value
        when 'prefix' then {{ begins_with(value, 'blocked_values.blocked_value') }}
        when 'suffix' then {{ ends_in(value, 'blocked_values.blocked_value') }}
        when 'contains' then contains({{ value }}, blocked_values.blocked_value)
        when 'number'
            then
                trim(leading '0' from {{ replaced_matches(value, '[^0-9]', '') }})
                = blocked_values.blocked_value
        else false
    end
{%- endmacro %}
