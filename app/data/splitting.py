"""The choice of which patterns train, validate and test, the same for all data."""

from __future__ import annotations

from typing import Any

import streamlit as st

from nbn_core.checks import MAX_SEED
from nbn_core.data.split import Split


def split_choice(key: str, suggested: Split, *, classes: bool) -> dict[str, Any]:
    """Show the controls of a split; return the fields of the data that it sets."""
    first, second, third = st.columns([3, 3, 2])
    train = first.slider(
        "Patterns that train", 10, 100, round(100 * suggested.train_share), 5, "%d %%",
        key=f"{key}-train", help="The network learns from these and from no others.",
    )  # fmt: skip
    left = 100 - train
    validation = 0
    if left:
        validation = second.slider(
            "that validate", 0, left, min(left, round(100 * suggested.validation_share)), 5,
            "%d %%", key=f"{key}-validation-{left}",
            help="Kept apart: training stops early when they get no better, and networks are "
            "compared by them, so that the test patterns stay unseen.",
        )  # fmt: skip
        rest = left - validation
        second.caption(f"{rest} % test." if rest else "None are left to test.")
    else:
        second.caption("All patterns train: nothing is left to test what was learnt.")
    seed = third.number_input(
        "Split seed", 0, MAX_SEED, suggested.seed, 1, key=f"{key}-seed", disabled=not left,
        help="Which patterns are drawn; the same seed draws the same.",
    )  # fmt: skip
    stratified = False
    if left and classes:
        stratified = st.checkbox(
            "Every class in the same shares", suggested.stratified, key=f"{key}-stratified",
            help="Each part gets its share of each class (a stratified split).",
        )  # fmt: skip
    return {
        "train_share": train / 100,
        "validation_share": validation / 100,
        "split_seed": int(seed),
        "stratified": stratified,
    }
