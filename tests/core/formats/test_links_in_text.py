"""Links as mail programs, chats and web pages pass them on."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment, link
from nbn_core.formats.recognise import recognise

EXPERIMENT = Experiment.suggested("iris")
CODE = link.encode(EXPERIMENT)
LINK = f"https://lab.example.org/app/?e={CODE}"


def wrapped(width: int, mark: str = "", end: str = "\n") -> str:
    """Return the link on lines of a width, each behind a mark."""
    return end.join(mark + LINK[i : i + width] for i in range(0, len(LINK), width))


PASSED_ON: dict[str, Callable[[], str]] = {
    "plain": lambda: LINK,
    "without its address": lambda: CODE,
    "in a sentence": lambda: f"See {LINK}.",
    "in parentheses": lambda: f"my net (at {LINK}), thanks",
    "angle brackets": lambda: f"<{LINK}>",
    "Markdown": lambda: f'[my net]({LINK} "spirals")',
    "Slack": lambda: f"<{LINK}|net>",
    "a forum": lambda: f"[url={LINK}]net[/url]",
    "backticks": lambda: f"`{LINK}`",
    "a quoted mail": lambda: f"> {LINK}",
    "wrapped": lambda: wrapped(76),
    "wrapped with CRLF": lambda: wrapped(72, end="\r\n"),
    "wrapped and quoted twice": lambda: wrapped(74, ">> "),
    "wrapped and indented": lambda: wrapped(76, "\t"),
    "quoted-printable": lambda: "=\r\n".join(
        LINK.replace("=", "=3D")[i : i + 75] for i in range(0, len(LINK) + 2, 75)
    ),
    "Outlook": lambda: f"https://eur01.safelinks.example/?url={quote(LINK, safe='')}&data=05%7C01",
    "a search engine": lambda: f"https://www.example.com/url?q={quote(LINK, safe='')}&sa=D",
    "Proofpoint": lambda: f"https://urldefense.example/v3/__{LINK}__;!!abc$",
    "percent-encoded twice": lambda: quote(quote(LINK, safe=""), safe=""),
    "other parameters": lambda: f"{LINK}&utm_source=mail#top",
    "HTML": lambda: f'<p>Hello <a href="{html.escape(LINK)}">net</a></p>',
    "a web page": lambda: f"<!DOCTYPE html><title>Mail</title><a href='{LINK}'>net</a>",
    "JSON": lambda: json.dumps({"text": LINK}).replace("/", "\\/"),
    "an invisible blank": lambda: f"{LINK[:50]}\u200b{LINK[50:]}",
    "twice": lambda: f"{LINK}\n{LINK}",
    "behind a damaged one": lambda: f"{LINK[:-30]} and again {LINK}",
}


@pytest.mark.parametrize("how", PASSED_ON)
def test_a_link_that_was_passed_on_opens(how: str) -> None:
    found = recognise(PASSED_ON[how]())
    assert found.what == "a link"
    assert found.experiment == EXPERIMENT


@pytest.mark.parametrize("text", [LINK[:-20], f"{LINK[:90]}…", f"See {LINK[:200]}... for more"])
def test_a_link_that_was_cut_is_called_damaged(text: str) -> None:
    with pytest.raises(NBNError, match="damaged: ask for it again"):
        recognise(text)


@pytest.mark.parametrize("text", ["<p>none</p>", "<html></html>", '{"text": "none"}'])
def test_a_page_without_a_link_is_refused_as_what_it_is(text: str) -> None:
    with pytest.raises(NBNError, match=r"GraphML|web page|JSON"):
        recognise(text)
