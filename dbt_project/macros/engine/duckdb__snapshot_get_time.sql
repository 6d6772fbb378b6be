{# The time that a snapshot takes for now: the end of the last delivered day, never the time of the
   machine; a microsecond past the last change if that day has been recorded. #}
{% macro duckdb__snapshot_get_time() -%}
    {%- set loads = graph.nodes['model.throughline.stg_ledger__loads'].relation_name -%}
    greatest(
        (select coalesce(max(file_date) + 1, timestamp '1970-01-01') from {{ loads }})
        {%- if load_cached_relation(this) %},
        (select greatest(max(valid_from), max(valid_to)) + interval 1 microsecond from {{ this }})
        {%- endif %}
    )
{%- endmacro %}
