"""A person's rights: what is held about them, erased from every place, left out afterwards."""
