{# The place of a row among the deliveries of its key: 1 is the one that was delivered first. The
   order is total: whichever row is read first never shows. #}
{% macro delivery_rank(key, at=none) -%}
    row_number() over (
        partition by {{ key }}
        order by
            {% if at -%} {{ at }} asc nulls last, {% endif -%}
            _file_date asc,
            payload_hash asc,
            _load_id asc,
            _line asc
    )
{%- endmacro %}
