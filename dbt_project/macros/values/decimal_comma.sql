{# A point would be read a hundred times too large, so a number that holds one stays uncast. #}
{% macro decimal_comma(column, kind='money', type='decimal(18, 4)') -%}
    case
        when regexp_matches({{ column }}, '^[+-]?[0-9]+(,[0-9]+)?$')
            then {{ delivered_number('replace(' ~ column ~ ", ',', '.')", kind, type) }}
    end
{%- endmacro %}
