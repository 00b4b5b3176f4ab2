"""YAML under questions/ → engine values, with messages an author can act on. Knows no Django."""
