"""Topologies page: many networks on one problem, compared."""

from app.topologies.page import topologies

topologies()
