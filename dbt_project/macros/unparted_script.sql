{# Whether a word is of a script that parts no words: Chinese, Japanese, Thai. #}
{% macro unparted_script(column) -%}
    {{ matched_part(column, '([\\x{0E00}-\\x{0E7F}\\x{3040}-\\x{30FF}\\x{3400}-\\x{9FFF}])') }} != ''
{%- endmacro %}
