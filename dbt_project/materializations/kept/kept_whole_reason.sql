{# Why a kept table has to be made whole, as far as can be told before its changes are looked for;
   none if it can go on. #}
{% macro kept_whole_reason(state, inputs, unit) %}
    {%- if not state.is_sealed -%}{{ return('there is no kept table') }}{%- endif -%}
    {%- if should_full_refresh() -%}{{ return('it was asked for') }}{%- endif -%}
    {%- if not state.is_large -%}{{ return('it is small') }}{%- endif -%}
    {%- if not unit -%}{{ return('it has no unit') }}{%- endif -%}
    {%- if not state.is_same -%}{{ return('its code, a seed or a setting is another') }}{%- endif -%}
    {%- if not state.has_changes_table -%}{{ return('it hands other columns on') }}{%- endif -%}
    {%- for input in inputs.changed_by -%}
        {%- if input.is_kept -%}
            {%- if not state.cursors.get(input.name, {}).get('can_follow') -%}
                {{ return('nobody can tell what changed in ' ~ input.name) }}
            {%- endif -%}
        {%- elif kept_memory(input).identifier not in state.remembered -%}
            {{ return('nobody remembers ' ~ input.name) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}
