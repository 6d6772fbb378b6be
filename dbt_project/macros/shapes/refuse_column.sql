{# Fails the run, and says where the contract is. #}
{% macro refuse_column(problem) %}
    {{ exceptions.raise_compiler_error(
        problem ~ " (the contract of " ~ model.name ~ " is in " ~ model.patch_path.split('//')[1] ~ ")"
    ) }}
{% endmacro %}
