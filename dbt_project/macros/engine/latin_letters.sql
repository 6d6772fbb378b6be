{#
    Lower case without accents; Cyrillic as passports write it (ICAO 9303, hard and soft signs left out). So a name is one in two alphabets, and a typo is one edit:
    DuckDB's `damerau_levenshtein` counts bytes, and a Cyrillic letter has two.
#}
{% macro latin_letters(column) -%}
    {%- set several = {'ж': 'zh', 'х': 'kh', 'ц': 'ts', 'ч': 'ch', 'ш': 'sh', 'щ': 'shch', 'ю': 'iu', 'я': 'ia', 'ß': 'ss', 'æ': 'ae', 'œ': 'oe'} -%}
    {%- set letters = namespace(sql="strip_accents(lower(translate(" ~ column ~ ", 'İ', 'I')))") -%}
    {%- for letter, latin in several.items() -%}
        {%- set letters.sql = "replace(" ~ letters.sql ~ ", '" ~ letter ~ "', '" ~ latin ~ "')" -%}
    {%- endfor -%}
    case
        -- As many bytes as letters: plain ASCII, as most texts are.
        when strlen({{ column }}) = length({{ column }}) then lower({{ column }})
        else translate({{ letters.sql }}, 'łøđıабвгґдезиіклмнопрстуфыэєъь', 'lodiabvggdeziiklmnoprstufyee')
    end
{%- endmacro %}
