{# Whether a type of touchpoint is a message by which a campaign reaches somebody. #}
{% macro is_campaign_message(touchpoint_type) -%}
    {{ touchpoint_type }} in ('email_delivered', 'sms_delivered', 'push_delivered', 'mailing_sent')
{%- endmacro %}
