"""What all sessions of one server share: worker threads and the compilation of the kernels."""

from __future__ import annotations

import functools
import gc
import logging
import threading
from typing import Final, NamedTuple

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.session.jobs import Workers
from nbn_core.rules import RULES
from nbn_core.warmup import (
    is_warm_for,
    is_warm_for_curvature,
    is_warm_to_race,
    warm_up,
    warm_up_curvature,
    warm_up_rules,
    warm_up_trials,
)

_LOG: Final = logging.getLogger(__name__)


def workers() -> Workers:
    """Return the worker threads, for work of the session that asks."""
    context = get_script_run_ctx()
    return _threads().of(context.session_id if context else None)


@st.cache_resource(show_spinner=False)
def _threads() -> Workers:
    """Start the threads: one more than cores, because one session may occupy all but one."""
    return Workers(worker_count() + 1)


@functools.cache
def worker_count() -> int:
    """Return how many cores the work may take: those this process may use, often not all."""
    import joblib

    return int(joblib.cpu_count())


class Warming(NamedTuple):
    """Events that are set when kernels are ready, or when their compilation has failed."""

    nbn: threading.Event
    curvature: threading.Event


def warming() -> threading.Event:
    """Compile the kernels once, in the background; the event is set when NBN is ready."""
    return _warming().nbn


@st.cache_resource(show_spinner=False)
def _warming() -> Warming:
    ready = Warming(threading.Event(), threading.Event())
    threading.Thread(target=_warm, args=(ready,), name="nbn-warm-up", daemon=True).start()
    return ready


@st.cache_resource(show_spinner=False)
def warming_rules() -> threading.Event:
    """Compile the other learning rules once, in the background; set when all are ready."""
    ready = threading.Event()
    threading.Thread(target=_warm_rules, args=(ready,), name="nbn-warm-rules", daemon=True).start()
    return ready


def compiling(rule: str) -> bool:
    """Return whether the kernels of a rule, by its name, are still being compiled; starts it."""
    ready = warming()
    if not is_warm_for(rule) and RULES[rule].kernels != RULES["nbn"].kernels:
        ready = warming_rules()
    return not (ready.is_set() or is_warm_for(rule))


def compiling_curvature() -> bool:
    """Return whether the kernels of Q and of the Hessian are still being compiled; starts it.

    A page that called them earlier would wait for whatever is being compiled, and show nothing.
    """
    return not (_warming().curvature.is_set() or is_warm_for_curvature())


def compiling_race() -> bool:
    """Return whether the rules that a race begins with are still being compiled; starts it."""
    return not (warming_rules().is_set() or is_warm_to_race())


def _warm_rules(ready: threading.Event) -> None:
    try:
        warm_up_rules()
    except Exception:
        _LOG.exception("Warm-up failed; each rule compiles what it needs when it first trains")
    ready.set()


def _warm(ready: Warming) -> None:
    try:
        warm_up()
    except Exception:
        _LOG.exception("Warm-up failed; the first training compiles what it needs")
    ready.nbn.set()
    try:
        warm_up_curvature()
    except Exception:
        _LOG.exception("Warm-up failed; the Hessian page compiles what it needs")
    ready.curvature.set()
    try:
        warm_up_trials()
    except Exception:
        _LOG.exception("Warm-up failed; trials run one iteration after another")
    # Imported modules never become garbage, and scanning them takes 50-90 ms per collection (see
    # streamlit/streamlit#8977). Streamlit's collection after every rerun is off in config.toml.
    gc.collect()
    gc.freeze()
