"""The staff's accounts: joining by invitation, signing in with a second factor, and what becomes of a session."""
