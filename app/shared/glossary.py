"""The glossary in the app: `docs/glossary.md`, term by term."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from app import shipped
from app.shared.component import Component

KEY: Final = "nbn-words"
_WORDS: Final = Component(
    "words", "shared/frontend", "words.html", "words.css", "words.js", ("shared/frontend",)
)
_TERM: Final = re.compile(r"^### (.+)\n\n((?:(?!#).*\n?)*)", re.MULTILINE)


@cache
def glossary() -> dict[str, str]:
    """Return every term with its definition: a paragraph and, for some, a formula on a new line."""
    text = shipped("docs/glossary.md").read_text(encoding="utf-8")
    return {term: _definition(body) for term, body in _TERM.findall(text)}


def _definition(body: str) -> str:
    """Join the lines of a paragraph; keep the line of a formula."""
    parts = body.strip().split("\n\n")
    return "\n".join(" ".join(part.split()) for part in parts)


def words(*terms: str) -> None:
    """Show the terms that a page uses, each with a card of its definition, at the end of the page.

    Parameters
    ----------
    *terms : str
        Headings of `docs/glossary.md`, in the order in which the page uses them.
    """
    _WORDS.mount(KEY, {"words": [[term, glossary()[term]] for term in terms]})
