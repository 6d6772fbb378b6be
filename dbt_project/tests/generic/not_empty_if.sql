{#
    A mart that shows nothing looks like a quiet day. `inputs`: by model, which of its rows show in the mart; where one of
    them has such a row, the mart has one. A condition may read another model, as `{model}`, and `settings.as_of`.
#}
{% test not_empty_if(model, inputs) %}

with emptiness as (
    select count(*) as row_count
    from {{ model }}
    having count(*) = 0
),

settings as (
    select as_of from {{ ref('int_company__settings') }}
)

{% for input, condition in inputs.items() -%}
{%- set read = namespace(condition=condition) -%}
{%- for name in modules.re.findall('{\w+}', condition) -%}
    {%- set read.condition = read.condition.replace(name, ref(name[1:-1]) | string) -%}
{%- endfor -%}
select '{{ input }}' as filled_input
from {{ ref(input) }} as filled
cross join settings
cross join emptiness
where {{ read.condition }}
{{ 'union all' if not loop.last }}
{% endfor %}

{% endtest %}
