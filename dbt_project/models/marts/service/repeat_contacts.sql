{{ service_mart('repeat_contacts') }}
