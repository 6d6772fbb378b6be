{# A column or a list of them, as a list. #}
{% macro kept_columns(columns) %}
    {{ return([columns] if columns is string else columns | list) }}
{% endmacro %}
