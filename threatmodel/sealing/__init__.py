"""Keys and envelopes. The only package that imports `cryptography`."""
