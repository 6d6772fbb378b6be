{# A table of the schema `kept`. #}
{% macro kept_relation(identifier) %}
    {{ return(this.incorporate(path={'schema': 'kept', 'identifier': identifier}, type='table')) }}
{% endmacro %}
