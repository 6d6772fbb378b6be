{# The number in a delivered text, or null where it is none, is implausible, or has a fraction where there can be none. #}
{% macro delivered_number(column, kind, type='double') -%}
    {%- set is_whole = value_ranges().get(kind, {}).is_whole -%}
    {%- if is_whole -%}
        {%- set number = 'try_cast(' ~ column ~ ' as double)' -%}
        try_cast(
            case
                when {{ number }} = floor({{ number }}) then {{ plausible(number, kind) }}
            end as {{ 'bigint' if type == 'double' else type }}
        )
    {%- else -%}
        {{ plausible('try_cast(' ~ column ~ ' as ' ~ type ~ ')', kind) }}
    {%- endif -%}
{%- endmacro %}
