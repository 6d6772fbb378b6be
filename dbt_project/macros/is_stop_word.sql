{# The words by which a reply to a text message withdraws consent; carriers honour them, in capitals or not. #}
{% macro is_stop_word(column) -%}
    upper(trim({{ column }})) in ('STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT')
{%- endmacro %}
