{# The inputs by whose changes a kept model is found to be outdated. Fails unless every input that is
   no seed is named once: one that is forgotten would leave rows as they were. #}
{% macro kept_inputs() %}
    {%- set changed_by = config.get('changed_by', {}) -%}
    {%- set whole_by = config.get('whole_by', {}) -%}
    {%- set inputs = {'changed_by': [], 'whole_by': [], 'seeds': [], 'relations': {}} -%}
    {%- for unique_id in model.depends_on.nodes -%}
        {%- set node = graph.nodes.get(unique_id) or graph.sources[unique_id] -%}
        {%- set is_source = node.resource_type == 'source' -%}
        {%- set name = node.source_name ~ '.' ~ node.name if is_source else node.name -%}
        {%- set relation = source(node.source_name, node.name) if is_source else ref(name) -%}
        {%- do inputs.relations.update({name: relation}) -%}
        {%- if name in changed_by and name in whole_by -%}
            {%- do exceptions.raise_compiler_error(
                model.name ~ ": " ~ name ~ " is in changed_by and in whole_by"
            ) -%}
        {%- elif name in changed_by -%}
            {%- set said = changed_by[name] -%}
            {%- set said = said if said is mapping else {'by': said} -%}
            {%- do inputs.changed_by.append({
                'name': name,
                'relation': relation,
                'by': kept_columns(said['by']),
                'find': said.get('find'),
                'reads': kept_columns(said.get('reads', [])),
                'is_kept': not is_source and node.config.materialized == 'kept'
            }) -%}
        {%- elif name in whole_by -%}
            {%- do inputs.whole_by.append([relation, kept_columns(whole_by[name])]) -%}
        {%- elif node.resource_type == 'seed' -%}
            {%- do inputs.seeds.append(relation) -%}
        {%- elif config.get('unit') -%}
            {%- do exceptions.raise_compiler_error(
                model.name ~ ": changed_by does not say which units a change of " ~ name
                ~ " touches"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in changed_by.keys() | list + whole_by.keys() | list -%}
        {%- if name not in inputs.relations -%}
            {%- do exceptions.raise_compiler_error(
                model.name ~ ": " ~ name ~ " is in changed_by or whole_by, and no input"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(inputs) }}
{% endmacro %}
