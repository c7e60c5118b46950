"""The user interface: what the pages share."""
