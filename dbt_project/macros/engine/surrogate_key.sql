{# JSON keeps the values apart: ['a|b', 'c'] is not ['a', 'b|c'], and null is not ''. #}
{% macro surrogate_key(columns) -%}
    md5(cast(to_json([
        {%- for column in columns %}cast({{ column }} as varchar){{ ", " if not loop.last }}{% endfor -%}
    ]) as varchar))
{%- endmacro %}
