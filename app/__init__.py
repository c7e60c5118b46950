"""The Streamlit app: one package per page, on top of `shared`, `session` and `figures`.

`__main__` is the command that starts the app, `main` the script that Streamlit runs on every page;
`navigation` lists the pages and `theme` sets up their frame.
"""

from pathlib import Path


def shipped(name: str) -> Path:
    """Return the path of a file of the app that is not a module, such as `docs/glossary.md`.

    A wheel has `assets`, `.streamlit` and the glossary inside this package; in a checkout they are
    beside it.
    """
    here = Path(__file__).resolve().parent
    return next(path for path in (here / name, here.parent / name) if path.exists())
