{# The address by which profiles are joined, or null where the text is no address. #}
{% macro linking_email(column, plus_tag_is_folded) -%}
    case
        when regexp_matches({{ column }}, '^[^@\s]+@[^@\s]+\.[^@\s]+$')
            then regexp_replace(
                {{ normalize_email(column) }},
                case when {{ plus_tag_is_folded }} then '^([^@+]+)\+[^@]*@' else '^$' end,
                '\1@'
            )
    end
{%- endmacro %}
