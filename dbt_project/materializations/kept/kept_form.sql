{# The model's query, reading only the rows of affected units where the model says so. #}
{% macro kept_form() %}
    {{ return(
        compiled_code
        | replace("/* affected by ", "semi join kept_affected using (")
        | replace(" end of affected */", ")")
    ) }}
{% endmacro %}
