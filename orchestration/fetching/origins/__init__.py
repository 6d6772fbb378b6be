"""Where deliveries come from: what an origin has, and how one file of it is written."""
