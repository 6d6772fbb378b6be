{# The rates of cells, from what each person adds to them: a relation with one row per cell and
   person, its `unit_count` and its `success_count`. #}
{% macro clustered_rates(person_counts, cell_columns) -%}
    select
        {{ cell_columns | join(', ') }},
        numerator,
        denominator,
        value,
        {{ wilson_bound('-', 'value', 'effective_n') }} as ci_low,
        {{ wilson_bound('+', 'value', 'effective_n') }} as ci_high
    from (
        select
            *,
            denominator / {{ design_effect(
                'value', 'denominator', 'person_count', 'unit_square_sum', 'cross_sum',
                'success_square_sum'
            ) }} as effective_n
        from (
            select
                {{ cell_columns | join(', ') }},
                cast(sum(success_count) as bigint) as numerator,
                cast(sum(unit_count) as bigint) as denominator,
                sum(success_count) / cast(sum(unit_count) as double) as value,
                count(*) as person_count,
                sum(unit_count * unit_count) as unit_square_sum,
                sum(success_count * unit_count) as cross_sum,
                sum(success_count * success_count) as success_square_sum
            from {{ person_counts }}
            group by {{ cell_columns | join(', ') }}
        ) as sums
    ) as shares
{%- endmacro %}
