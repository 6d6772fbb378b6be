{# Whether any of the texts is, by the seed `machine_agents`, a name or an address of no person. #}
{% macro is_machine_agent(source_name, texts) -%}
    exists (
        select 1
        from {{ ref('machine_agents') }} as machine_agents
        where
            coalesce(nullif(machine_agents.source_name, ''), '{{ source_name }}') = '{{ source_name }}'
            and (
                {%- for text in texts %}
                coalesce(lower(trim({{ text }})) like machine_agents.pattern, false)
                {{- " or" if not loop.last }}
                {%- endfor %}
            )
    )
{%- endmacro %}
