"""A plan → what page, paper and JSON need."""
