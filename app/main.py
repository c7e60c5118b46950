"""Entry of `streamlit run app/main.py`."""

from __future__ import annotations

from app import server, theme
from app.navigation import navigation

theme.frame()
server.warming()
navigation().run()
