"""Answers in, plan out. Pure: standard library only, no clock, no files, no framework."""
