"""The script that Streamlit runs for every page: `streamlit run app/main.py`."""

from __future__ import annotations

from app import theme
from app.navigation import navigation
from app.session import closing, opening, server, state, uploads
from app.shared import address, banner

# A worker process that is started from the app imports this script again, by another name.
if __name__ == "__main__":
    theme.frame()
    server.warming()
    uploads.bound_uploads()
    has_place = closing.visit()
    page = navigation()
    if not has_place:
        banner.full()
    else:
        waiting = address.restoring(state.session())
        banner.warnings()
        if not waiting:
            opening.take_up(state.session(), server.workers())
            page.run()
