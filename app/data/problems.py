"""The built-in problems: gallery, background, settings and known results."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any, Final

import streamlit as st

from app.data.choices import PageState, page_state
from app.data.known_results import BACKGROUND, Known
from app.data.splitting import split_choice
from app.figures.palette import Palette
from app.figures.thumbs import thumb_svg
from app.session import state
from app.session.state import Session
from app.shared.chart_box import Box
from app.shared.problem_gallery import catalogue
from app.shared.words import escape_markdown
from nbn_core.data.split import Split
from nbn_core.errors import NBNError
from nbn_core.experiment import ProblemData
from nbn_core.generators import PROBLEMS, Parameter, Problem


def show(session: Session, view: PageState, box: Box) -> ProblemData | None:
    """Show the gallery and the selected problem; return it with its settings, if they are valid."""
    now = session.experiment.data
    if view.form_of != now.digest:  # the fields show what is in use, also after an undo
        view.form, view.form_of = view.form + (1 if view.form_of else 0), now.digest
    if view.problem_with != now.digest:  # other data has been put to use since
        view.problem = ""
    current = now.name if isinstance(now, ProblemData) else next(iter(PROBLEMS))
    problem = PROBLEMS[view.problem or current]
    background = BACKGROUND[problem.name]
    _gallery(problem.name, box)
    st.subheader(problem.title, anchor=False)
    st.write(f"{problem.text} {background.text}")
    st.caption(f"Source: {background.source}")
    suffix = f"-{view.form}" if view.form else ""
    parameters = _parameters(problem, session, suffix)
    same = isinstance(now, ProblemData) and now.name == problem.name
    suggested = now.split if same else Split(problem.train_share)
    classes = problem.kind == "classification"
    split = split_choice(f"nbn-problem-split-{problem.name}{suffix}", suggested, classes=classes)
    try:
        data = ProblemData(problem.name, parameters, **split)
        data.parts()
    except NBNError as error:
        st.error(escape_markdown(str(error)))
        return None
    finally:
        _results(problem)
    return data


def _gallery(chosen: str, box: Box) -> None:
    st.html(_pictures(box.palette))
    with st.container(horizontal=True, gap="small", key="nbn-gallery"):
        for entry in catalogue()["problems"]:
            st.button(
                _short(entry["title"]),
                key=f"nbn-problem-{entry['name']}", on_click=_choose, args=(entry["name"],),
                type="primary" if entry["name"] == chosen else "secondary", width=92,
                help=entry["title"],
            )  # fmt: skip


def _short(title: str) -> str:
    name = title.removeprefix("Playground: ")
    return f"{name[0].upper()}{name[1:]}"


@cache
def _pictures(palette: Palette) -> str:
    """Return styles that put the thumbnail of each problem on its button."""
    rules = []
    for entry in catalogue()["problems"]:
        drawn = thumb_svg(entry["thumb"], palette, entry["title"]).encode()
        address = f"data:image/svg+xml;base64,{base64.b64encode(drawn).decode('ascii')}"
        rules.append(
            f".st-key-nbn-problem-{entry['name']} button {{ background-image: url({address}); }}"
        )
    return f"<style>{_BUTTON_STYLE}{' '.join(rules)}</style>"


_BUTTON_STYLE: Final = """
.st-key-nbn-gallery button {
  background-repeat: no-repeat; background-position: center 5px; background-size: 80px 80px;
  padding: 88px 2px 3px; min-height: 0; height: 122px; align-items: start;
}
.st-key-nbn-gallery button p { font-size: 0.76rem; line-height: 1.15; white-space: normal; }
"""


def _parameters(problem: Problem, session: Session, suffix: str) -> dict[str, Any]:
    if not problem.parameters:
        return {}
    now = session.experiment.data
    known = now.parameters if isinstance(now, ProblemData) and now.name == problem.name else {}
    columns = st.columns(len(problem.parameters))
    return {
        parameter.name: column.number_input(
            parameter.label,
            *_limits(parameter),
            _like(parameter, known.get(parameter.name, parameter.default)),
            _like(parameter, parameter.step),
            key=f"nbn-parameter-{problem.name}-{parameter.name}{suffix}",
        )
        for parameter, column in zip(problem.parameters, columns, strict=True)
    }


def _limits(parameter: Parameter) -> tuple[Any, Any]:
    return _like(parameter, parameter.low), _like(parameter, parameter.high)


def _like(parameter: Parameter, value: float) -> int | float:
    return int(value) if isinstance(parameter.default, int) else float(value)


def _results(problem: Problem) -> None:
    st.markdown("**Known results**")
    results = BACKGROUND[problem.name].results
    if not results:
        st.caption(
            "No result was read or computed for this app: train the network to get the first one."
        )
    for result in results:
        origin = result.known.value
        if result.source:
            origin += f"{';' if result.known is Known.RECALLED else ':'} {result.source}"
        st.markdown(f"- {result.text} *({origin})*")


def _choose(name: str) -> None:
    view = page_state()
    view.problem, view.problem_with = name, state.session().experiment.data.digest
