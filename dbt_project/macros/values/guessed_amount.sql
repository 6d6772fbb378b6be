{# What a text that could not be read as money most likely says, in any notation of thousands; null where it says nothing plausible.
   For comparison alone: no figure is made of it. #}
{% macro guessed_amount(column) -%}
    {%- set plain = replaced_matches(column, "[^0-9.,-]", '') -%}
    {%- set without_thousands = replaced_matches(plain, '[.,]([0-9]{3})', '\\1') -%}
    {{ plausible(
        'try_cast(replace(' ~ without_thousands ~ ", ',', '.') as decimal(18, 4))", 'money'
    ) }}
{%- endmacro %}
