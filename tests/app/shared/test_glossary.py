"""The glossary in the app: its terms, and the terms that pages explain."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.draw.rule_form import rule_block
from app.shared.component import Component
from app.shared.glossary import glossary
from nbn_core.experiment import Experiment
from nbn_core.rules import RULES
from nbn_core.warmup import warm_up, warm_up_curvature
from tests.app.fake_browser import LONG


def test_every_term_of_the_document_has_a_definition(root: Path) -> None:
    document = (root / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert list(glossary()) == re.findall(r"^### (.+)$", document, re.MULTILINE)
    for term, definition in glossary().items():
        assert definition.split("\n")[0].endswith("."), term
        assert "#" not in definition, term
    assert glossary()["SSE"].split("\n")[1] == "SSE = sum of (target - output)^2"


@pytest.mark.parametrize("name", RULES)
def test_terms_of_the_fields_are_in_the_glossary(name: str) -> None:
    block = rule_block(replace(Experiment.suggested("xor"), rule=name, settings={}))
    terms = [field["term"] for key in ("rule", "options", "more_options") for field in block[key]]
    assert {term for term in terms if term} <= glossary().keys()
    assert "Random seed" in terms


def test_terms_of_the_draw_page_are_in_the_glossary(root: Path) -> None:
    html = (root / "app" / "draw" / "frontend" / "workbench.html").read_text(encoding="utf-8")
    terms = re.findall(r'data-term="([^"]+)"', html)
    assert terms
    assert set(terms) <= glossary().keys()


@pytest.mark.parametrize("page", ["hessian", "inside", "topologies", "race", "data"])
def test_terms_listed_on_a_page_are_in_the_glossary(
    root: Path, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm_up()
    warm_up_curvature()
    mounted: dict[str, Any] = {}
    monkeypatch.setattr(
        Component, "mount", lambda self, key, data: mounted.__setitem__(self.name, data)
    )
    app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG)
    app.run()
    app.switch_page(f"../pages/{page}.py").run()
    assert not app.exception
    words = mounted["words"]["words"]
    assert len(words) >= 6
    assert [[term, glossary()[term]] for term, _ in words] == words
