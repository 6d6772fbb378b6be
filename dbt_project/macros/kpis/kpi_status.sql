{# Where a value stands against its target: on or off it only if the whole interval lies on one side.
   A bound that is the target itself is on it. #}
{% macro kpi_status(
    value, ci_low, ci_high, target, is_higher_better, is_min_n, is_complete_period='true'
) -%}
    case
        when {{ target }} is null then 'no_target'
        when not {{ is_complete_period }} then 'incomplete'
        when {{ value }} is null or not {{ is_min_n }} then 'too_few'
        when {{ ci_low }} is null or {{ ci_high }} is null then 'cannot_tell'
        when {{ is_higher_better }} and {{ ci_low }} >= {{ target }} then 'on_target'
        when {{ is_higher_better }} and {{ ci_high }} < {{ target }} then 'off_target'
        when not {{ is_higher_better }} and {{ ci_high }} <= {{ target }} then 'on_target'
        when not {{ is_higher_better }} and {{ ci_low }} > {{ target }} then 'off_target'
        else 'cannot_tell'
    end
{%- endmacro %}
