"""The controls that split patterns into training, validation and test, for any data."""

from __future__ import annotations

from typing import Any, Final, Literal

import streamlit as st

from nbn_core.checks import MAX_SEED
from nbn_core.data.split import Split

STEP: Final = 5  # percent of the patterns
LEAST: Final = 10  # percent of the patterns that train


def split_choice(
    key: str, suggested: Split, *, classes: bool, kept: bool = False
) -> dict[str, Any]:
    """Show the controls of a split.

    Parameters
    ----------
    key : str
        Prefix of the widget keys.
    suggested : Split
        Initial values of the controls.
    classes : bool
        Whether the targets are classes, so that the split can be stratified.
    kept : bool
        Whether the controls keep their values when the page is left; otherwise they begin again
        with `suggested`.

    Returns
    -------
    dict
        Fields of `OwnData` or `ProblemData`.
    """
    persist: Literal["session"] | None = "session" if kept else None
    first, second, third = st.columns([3, 3, 2])
    train = first.slider(
        "Training patterns", LEAST, 100, round(100 * suggested.train_share), STEP, "%d %%",
        key=f"{key}-train", persist_state=persist,
        help="The network learns from these patterns only.",
    )  # fmt: skip
    left = 100 - train
    validation = 0
    if left:
        validation = second.slider(
            "Validation patterns", 0, left, min(left, round(100 * suggested.validation_share)),
            STEP, "%d %%", key=f"{key}-validation-{left}", persist_state=persist,
            help="Not trained on. Training stops early when their error no longer improves, and "
            "networks are compared by it, so that the test patterns stay unseen.",
        )  # fmt: skip
        rest = left - validation
        second.caption(f"Test patterns: {rest} %." if rest else "No test patterns are left.")
    else:
        second.caption("All patterns are used for training; none are left for testing.")
    seed = third.number_input(
        "Split seed", 0, MAX_SEED, suggested.seed, 1, key=f"{key}-seed", disabled=not left,
        persist_state=persist,
        help="Random seed: the same seed gives the same split.",
    )  # fmt: skip
    stratified = False
    if left and classes:
        stratified = st.checkbox(
            "Keep class proportions", suggested.stratified, key=f"{key}-stratified",
            persist_state=persist,
            help="Each part has the same proportion of every class (stratified split).",
        )  # fmt: skip
    return {
        "train_share": train / 100,
        "validation_share": validation / 100,
        "split_seed": int(seed),
        "stratified": stratified,
    }
