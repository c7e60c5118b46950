"""The user interface: one room for each page, on what pages share, on the session, on figures."""

from pathlib import Path


def shipped(name: str) -> Path:
    """Find a file that belongs to the app but is no module, such as `assets/icon.svg`.

    A wheel carries `assets` and `.streamlit` inside this package; in a checkout they are beside it.
    """
    here = Path(__file__).resolve().parent
    return next(path for path in (here / name, here.parent / name) if path.exists())
