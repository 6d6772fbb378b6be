{# Values that could not be read: their text is there, their typed value is not. Each is `column: text`. #}
{% macro value_issues(typed_by_text) -%}
    list_filter([
        {%- for text, typed in typed_by_text.items() %}
        case
            when nullif(trim(cast({{ text }} as varchar)), '') is not null and {{ typed }} is null
                then '{{ typed.split(".")[-1] }}: ' || left(trim(cast({{ text }} as varchar)), 100)
        end
        {{- "," if not loop.last }}
        {%- endfor %}
    ], lambda issue: issue is not null)
{%- endmacro %}
