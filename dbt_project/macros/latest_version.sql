{# Whether a row is the version of its key that stands. Two of one time come in different files or,
   last, differ in content: whichever was read first must not show. #}
{% macro latest_version(key, at=none, content='payload_hash') -%}
    row_number() over (
        partition by {{ key }}
        order by
            {% if at -%} {{ at }} desc nulls last, {% endif -%}
            _file_date desc nulls last,
            {{ content }} desc nulls last
    ) = 1
{%- endmacro %}
