{{ service_mart('response_times') }}
