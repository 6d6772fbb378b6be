{# The columns that a branch lists. Fails where the shape's contract knows one of them not, or requires one that is missing. #}
{% macro columns_of_branch(relation) %}
    {%- if not execute -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set given = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- set where = "(the contract of " ~ model.name ~ " is in " ~ model.patch_path.split('//')[1] ~ ")" -%}
    {%- for name in given if name not in model.columns -%}
        {{ exceptions.raise_compiler_error(
            relation.identifier ~ " has the column " ~ name ~ ", which its shape does not know " ~ where
        ) }}
    {%- endfor -%}
    {%- for column in model.columns.values() if given and column.name not in given -%}
        {%- if column.meta.get('required') -%}
            {{ exceptions.raise_compiler_error(
                relation.identifier ~ " lacks the column " ~ column.name ~ ", which its shape requires " ~ where
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(given) }}
{% endmacro %}
