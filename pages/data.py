"""Data: what the network learns from."""

from app.data.page import data

data()
