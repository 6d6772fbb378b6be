{# Written from the seed `value_ranges`: see `throughline sources`. #}
{% macro value_ranges() %}
    {{ return({
        'quantity': {'is_whole': false, 'minimum': '-1000000', 'maximum': '1000000'},
        'money': {'is_whole': false, 'minimum': '-10000000000', 'maximum': '10000000000'},
        'duration_seconds': {'is_whole': false, 'minimum': '0', 'maximum': '31622400'},
        'count': {'is_whole': true, 'minimum': '0', 'maximum': '1000000000'},
        'people': {'is_whole': true, 'minimum': '0', 'maximum': '100000'},
        'score': {'is_whole': true, 'minimum': '-1000', 'maximum': '1000'},
        'rating': {'is_whole': false, 'minimum': '-1000', 'maximum': '1000'},
        'percent': {'is_whole': true, 'minimum': '0', 'maximum': '100'},
        'iso_year': {'is_whole': true, 'minimum': '1990', 'maximum': '2100'},
        'iso_week': {'is_whole': true, 'minimum': '1', 'maximum': '53'},
        'time': {'is_whole': false, 'minimum': "date '1990-01-01'", 'maximum': "date '2100-01-01'"},
        'device_time': {'is_whole': false, 'minimum': "date '1970-01-01'", 'maximum': "date '2100-01-01'"},
        'date': {'is_whole': false, 'minimum': "date '1850-01-01'", 'maximum': "date '2100-01-01'"},
    }) }}
{% endmacro %}
