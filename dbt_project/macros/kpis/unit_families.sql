{# Written from the models `int_kpis__<family>_units`: see `throughline sources`. #}
{% macro unit_families() %}
    {{ return([
        'campaign',
        'checkout',
        'churn',
        'consent',
        'contact',
        'delivery',
        'dwell',
        'feedback',
        'invitation',
        'journey',
        'loop',
        'portal',
        'pressure',
        'proactive',
        'pulse',
        'referral',
        'repurchase',
        'revenue',
        'service',
        'session',
    ]) }}
{% endmacro %}
