{{ service_mart('call_abandonment') }}
