{# Whether a row is the version of its key that stands. Two of one time come in different files or
   differ in content; of two that are equal the first delivered stands. So the order is total:
   whichever row is read first never shows. #}
{% macro latest_version(key, at=none, content='payload_hash') -%}
    row_number() over (
        partition by {{ key }}
        order by
            {% if at -%} {{ at }} desc nulls last, {% endif -%}
            _file_date desc nulls last,
            {{ content }} desc nulls last,
            _load_id asc,
            _line asc
    ) = 1
{%- endmacro %}
