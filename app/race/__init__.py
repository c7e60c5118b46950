"""The Race page: learning rules side by side on the same network, data and starting weights."""
