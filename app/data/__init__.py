"""The Data page: built-in problems, files of one's own, and painting."""
