{# The first one or two parts of the path of a page, as far as they are words: an id is no word. #}
{% macro page_words(column, part_count) -%}
    {{ matched_part(column, '^(/[a-z_-]*(/[a-z_-]+)?)(/|$)' if part_count == 2 else '^(/[a-z_-]*)(/|$)') }}
{%- endmacro %}
