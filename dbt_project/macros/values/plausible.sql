{# A delivered number or time, or null where it lies outside the range of its kind: what is computed from it stays
   within its type. NaN lies above every number. #}
{% macro plausible(value, kind) -%}
    {%- set kinds = value_ranges() -%}
    {%- if kind not in kinds -%}
        {%- do exceptions.raise_compiler_error(
            'no kind ' ~ kind ~ ' in seeds/reference/values/value_ranges.csv: add its row, then run `throughline sources`'
        ) -%}
    {%- endif -%}
    case
        when {{ value }} between {{ kinds[kind].minimum }} and {{ kinds[kind].maximum }}
            then {{ value }}
    end
{%- endmacro %}
