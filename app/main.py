"""The script that Streamlit runs for every page: `streamlit run app/main.py`."""

from __future__ import annotations

from app import theme
from app.navigation import navigation
from app.session import closing, server
from app.shared import banner

theme.frame()
server.warming()
closing.visit()
page = navigation()
banner.warnings()
page.run()
