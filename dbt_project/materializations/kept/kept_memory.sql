{# The table of hashes of an input that is not kept. #}
{% macro kept_memory(input) %}
    {{ return(kept_relation(this.identifier ~ '__' ~ input.name | replace('.', '__'))) }}
{% endmacro %}
