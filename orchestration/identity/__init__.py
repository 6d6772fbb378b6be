"""What SQL cannot do about who is who: parsing phone numbers, measuring the result."""
