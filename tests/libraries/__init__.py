"""Client libraries, unmodified, over the fake."""
