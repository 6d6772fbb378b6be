{# A value that could not be cast: its text is there, its typed value is not. #}
{% macro value_issues(typed_by_text) -%}
    list_filter([
        {%- for text, typed in typed_by_text.items() %}
        case when nullif(trim(cast({{ text }} as varchar)), '') is not null and {{ typed }} is null then '{{ typed }}' end
        {{- "," if not loop.last }}
        {%- endfor %}
    ], lambda column_name: column_name is not null)
{%- endmacro %}
