"""Data page: built-in problems, files and painted points."""

from app.data.page import data

data()
