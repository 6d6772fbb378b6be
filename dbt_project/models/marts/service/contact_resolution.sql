{{ service_mart('contact_resolution') }}
