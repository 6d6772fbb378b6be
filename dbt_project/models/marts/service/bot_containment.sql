{{ service_mart('bot_containment') }}
