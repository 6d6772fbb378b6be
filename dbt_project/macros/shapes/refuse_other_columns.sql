{# Fails where a branch lists a column that its shape does not know, or lacks one that it requires. #}
{% macro refuse_other_columns(relation, given) %}
    {%- for name in given or [] if name not in model.columns -%}
        {{ refuse_column(relation.identifier ~ " has the column " ~ name ~ ", which its shape does not know") }}
    {%- endfor -%}
    {%- for column in model.columns.values() if given and column.meta.get('required') -%}
        {%- if column.name not in given -%}
            {{ refuse_column(relation.identifier ~ " lacks the column " ~ column.name ~ ", which its shape requires") }}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
