{# One bound of the interval of a mean, within its scale: the mean less or plus a margin where both
   bounds lie on the scale, else the same margin on the scale of logarithms (with a least value only)
   or of odds (with a greatest one too). A scale without a least value has no ends. #}
{% macro mean_bound(side, value, margin, lowest, highest='cast(null as double)') -%}
    case
        when {{ margin }} is null then null
        when
            {{ lowest }} is null
            or (
                {{ value }} - {{ margin }} >= {{ lowest }}
                and coalesce({{ value }} + {{ margin }} <= {{ highest }}, true)
            )
            then {{ value }} {{ side }} {{ margin }}
        -- All units are at an end of the scale: odds have no other side of it.
        when {{ value }} <= {{ lowest }} or coalesce({{ value }} >= {{ highest }}, false)
            then greatest(
                {{ lowest }},
                least({{ value }} {{ side }} {{ margin }}, coalesce({{ highest }}, 1e308))
            )
        when {{ highest }} is null
            then {{ lowest }} + ({{ value }} - {{ lowest }})
            * exp({{ side }} least({{ margin }} / ({{ value }} - {{ lowest }}), 300))
        else
            {{ lowest }} + ({{ highest }} - {{ lowest }}) / (
                1 + ({{ highest }} - {{ value }}) / ({{ value }} - {{ lowest }}) * exp(
                    {{ '-' if side == '+' else '+' }} least(
                        {{ margin }} * ({{ highest }} - {{ lowest }})
                        / (({{ value }} - {{ lowest }}) * ({{ highest }} - {{ value }})),
                        300
                    )
                )
            )
    end
{%- endmacro %}
