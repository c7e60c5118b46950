"""Choice of the lanes, their settings and the budget."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import streamlit as st

from app.race.lanes import (
    KINDS,
    MOST_LANES,
    MOST_SECONDS,
    MOST_WORK,
    Lane,
    titles,
)
from app.race.networks import KINDS as NETWORKS
from app.race.session import RaceSession
from app.session.state import Session
from app.session.tuned_settings import tuned
from app.shared.words import escape_markdown
from nbn_core.errors import NBNError
from nbn_core.experiment import KeptDrawing, NetworkChoice
from nbn_core.rules import RULES, Option
from nbn_core.studies import FAMILIES

WIDTH: Final = 232
MOST_SIZE: Final = 60


def show(session: Session, races: RaceSession) -> None:
    """Show the form, folded away: the lanes name their rules and settings themselves."""
    with st.expander("Lanes, settings and budget", icon=":material/tune:"):
        if races.race is not None and races.race.running:
            # Drawing fifty fields ten times a second would slow down the race on the screen.
            st.caption("The race is running: its lanes can be changed when it has finished.")
            return
        _budget(session, races)
        with st.container(horizontal=True, gap="small"):
            for lane, title in zip(races.lanes, titles(races.lanes), strict=True):
                with st.container(border=True, width=WIDTH, key=f"nbn-lane-{lane.number}"):
                    _lane(session, races, lane, title)
        with st.container(horizontal=True):
            if st.button(
                "Add a lane", icon=":material/add:", key="nbn-add-lane",
                disabled=len(races.lanes) >= MOST_LANES,
            ):  # fmt: skip
                races.add(session.experiment)
                st.rerun()
            if st.button(
                "Default race",
                icon=":material/restart_alt:",
                key="nbn-opening",
                help="NBN, EBP, Adam and Forward-Forward with their tuned settings.",
            ):
                races.reset(session.experiment)
                st.rerun()


def _budget(session: Session, races: RaceSession) -> None:
    budget = races.budget
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = list(KINDS)
        kind = st.selectbox(
            "Each lane runs", kinds, index=kinds.index(budget.kind), width=220,
            format_func=lambda kind: KINDS[kind], key=_key(races, f"budget-{budget.kind}"),
        )  # fmt: skip
        changed = replace(budget, kind=kind)
        if kind == "work":
            work = st.number_input(
                "Forward passes of work", 10.0, MOST_WORK, budget.work, step=10_000.0,
                format="%.0f", width=190, key=_key(races, "race-work"),
                help="One is a pass of all patterns through the network, or as many "
                "multiplications.",
            )  # fmt: skip
            changed = replace(changed, work=float(work))
        else:
            seconds = st.number_input(
                "Computing time, seconds" if kind == "seconds" else "At most, seconds", 0.05,
                MOST_SECONDS, budget.seconds, step=1.0, width=190, key=_key(races, "race-seconds"),
            )  # fmt: skip
            changed = replace(changed, seconds=float(seconds))
    if changed != budget:
        try:
            races.set_budget(changed)
        except NBNError as error:
            st.error(escape_markdown(str(error)))
            return
        st.rerun()


def _lane(session: Session, races: RaceSession, lane: Lane, title: str) -> None:
    names = list(RULES)
    name = st.selectbox(
        f"Rule of lane {title}", names, index=names.index(lane.name),
        format_func=lambda name: RULES[name].short_title,
        label_visibility="collapsed", key=_key(races, f"rule-{lane.number}-{lane.name}"),
    )  # fmt: skip
    if name != lane.name:
        settings = tuned(session.experiment, name)
        races.change(replace(lane, name=name, settings=settings))
        st.rerun()
    st.caption(lane.note())
    _network(session, races, lane, title)
    with st.container(horizontal=True, gap="small"):
        with st.popover("Settings", key=f"nbn-settings-{lane.number}"):
            _settings(session, races, lane)
        if len(races.lanes) > 1 and st.button(
            "", icon=":material/delete:", key=f"nbn-remove-{lane.number}", type="tertiary",
            help=f"Remove {escape_markdown(title)}",
        ):  # fmt: skip
            races.remove(lane.number)
            st.rerun()


def _network(session: Session, races: RaceSession, lane: Lane, title: str) -> None:
    """Ask for the network of a lane: the drawing, a variant of it, a member of a family."""
    now = lane.network
    key = {"family": now.family, "kept": f"kept {now.name}"}.get(now.kind, now.kind)
    kept = {f"kept {one.name}": one for one in session.shelf}
    if now.kind == "kept" and now.topology is not None:
        kept[key] = KeptDrawing(now.name, now.topology)
    offered = [*NETWORKS, *FAMILIES, *kept]
    picked = st.selectbox(
        f"Network of lane {title}", offered, offered.index(key) if key in offered else 0,
        format_func=lambda name: _network_title(name), label_visibility="collapsed",
        key=_key(races, f"network-{lane.number}-{key}"),
    )  # fmt: skip
    chosen = now if picked == key else NetworkChoice("drawing")
    if picked in FAMILIES:
        size = st.number_input(
            "Size", 1, MOST_SIZE, now.size or 4, key=_key(races, f"size-{lane.number}-{picked}"),
            help=FAMILIES[picked].size_means,
        )  # fmt: skip
        chosen = NetworkChoice("family", picked, int(size))
    elif picked in NETWORKS:
        chosen = NetworkChoice(picked)
    elif picked != key:
        one = kept[picked]
        chosen = NetworkChoice("kept", name=one.name, topology=one.topology)
    if chosen != now:
        races.change(replace(lane, network=chosen))
        st.rerun()


def _network_title(name: str) -> str:
    if name in NETWORKS:
        return NETWORKS[name]
    if name in FAMILIES:
        return FAMILIES[name].title
    return f"Kept: {name.removeprefix('kept ')}"


def _settings(session: Session, races: RaceSession, lane: Lane) -> None:
    st.markdown(f"**{lane.rule.title}**")
    st.caption(lane.rule.meant_for)
    changed = lane
    for option in lane.rule.options:
        value = _widget(races, lane, option)
        if value != lane.value(option):
            try:
                changed = changed.changed(option.name, value)
            except NBNError as error:
                st.error(escape_markdown(str(error)))
    usual = replace(lane, settings=tuned(session.experiment, lane.name))
    if st.button("Tuned settings", key=f"nbn-tuned-{lane.number}", disabled=lane == usual):
        changed = usual
    if changed != lane:
        races.change(changed)
        races.form += 1  # settings may depend on others: all fields show the new values
        st.rerun()


def _key(races: RaceSession, name: str) -> str:
    """Return the key of a widget; another one when the form is filled with other values."""
    return f"nbn-{name}-{races.form}" if races.form else f"nbn-{name}"


def _widget(races: RaceSession, lane: Lane, option: Option) -> Any:
    key = _key(races, f"set-{lane.number}-{lane.name}-{option.name}")
    value, words = lane.value(option), option.help or None
    if isinstance(option.default, bool):
        return st.toggle(option.label, value, key=key, help=words)
    if isinstance(option.default, str):
        return st.selectbox(
            option.label, option.choices, option.choices.index(value), key=key, help=words,
            format_func=option.choice_title,
        )  # fmt: skip
    if isinstance(option.default, int):
        return st.number_input(
            option.label, int(option.low), int(option.high), int(value), key=key, help=words
        )
    return st.number_input(
        option.label, option.low, option.high, float(value), step=float(option.default) / 10 or 0.1,
        format="%g", key=key, help=words,
    )  # fmt: skip
