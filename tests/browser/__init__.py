"""The whole app: a server started as users start it, in a real browser."""
