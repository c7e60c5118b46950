"""The glossary in the app: `docs/glossary.md`, term by term."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import streamlit as st

from app import shipped

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
    """Show what terms mean, folded away, at the end of a page.

    Parameters
    ----------
    *terms : str
        Headings of `docs/glossary.md`, in the order in which the page uses them.
    """
    known = glossary()
    with st.expander("Words on this page", icon=":material/menu_book:"):
        for term in terms:
            paragraph, *formulas = known[term].split("\n")
            lines = [f"**{term}.** {paragraph.replace('`', '')}", *(f"    {f}" for f in formulas)]
            st.markdown("\n\n".join(lines))
