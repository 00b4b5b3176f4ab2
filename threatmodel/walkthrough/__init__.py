"""The anonymous walk: start, questions, check, plan. It has no models and keeps nothing."""
