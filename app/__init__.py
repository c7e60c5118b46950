"""The user interface: one room for each page, on what pages share, on the session, on figures."""

from pathlib import Path


def shipped(name: str) -> Path:
    """Find what belongs to the app but is no module, such as `assets` or `docs/glossary.md`.

    A wheel carries these inside this package; in a checkout they are beside it.
    """
    here = Path(__file__).resolve().parent
    return next(path for path in (here / name, here.parent / name) if path.exists())
