{# The address by which profiles are joined, or null where the text is no address. #}
{% macro linking_email(column, plus_tag_is_folded) -%}
    case
        when not regexp_matches({{ column }}, '^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$') then null
        when {{ plus_tag_is_folded }}
            then regexp_replace({{ normalize_email(column) }}, '^([^@+]+)\+[^@]*@', '\1@')
        else {{ normalize_email(column) }}
    end
{%- endmacro %}
