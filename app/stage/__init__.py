"""The drawing and replay component of the Draw page."""
