{# A text that changes when a kept table has to be made anew whatever its inputs say: its query, its
   settings, a seed, a value on which every row hangs, another version of the engine. #}
{% macro kept_fingerprint(inputs) -%}
    {%- set said = [
        'kept, form 1', compiled_code, config.get('unique_key'), config.get('unit'), config.get('changed_by'),
        config.get('whole_by')
    ] -%}
    md5(
        '{{ local_md5(said | join(' ')) }}' || version()
        {%- for seed in inputs.seeds %}
        || coalesce((select sum(hash(seed)) from {{ seed }} as seed), 0)
        {%- endfor %}
        {%- for relation, columns in inputs.whole_by %}
        || coalesce((select sum(hash({{ columns | join(', ') }})) from {{ relation }}), 0)
        {%- endfor %}
    )
{%- endmacro %}
