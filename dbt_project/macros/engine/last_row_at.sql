{# A join: of a relation's rows that fit `condition`, the last whose `at` is not after `moment`; nulls where there is none. #}
{% macro last_row_at(relation, condition, at, moment) -%}
    asof left join {{ relation }}
        on
            {{ condition }}
            and {{ moment }} >= {{ relation }}.{{ at }}
{%- endmacro %}
