{# After a table in the FROM of a kept model: its rows of these units are all that the kept form
   reads. A comment in the full form, which is what everybody sees; `kept` makes a join of it. #}
{% macro affected(unit) -%}
    /* affected by {{ unit if unit is string else unit | join(', ') }} end of affected */
{%- endmacro %}
