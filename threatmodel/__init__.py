"""A walk through one's public footprint and legal exposure, and the plan that comes out of it."""
