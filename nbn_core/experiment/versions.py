"""Conversion of experiments saved by earlier versions.

Each upgrade takes a parsed document of one version and returns one of the next. It leaves
everything that it does not understand unchanged: damage is reported by the reader of the newest
version.
"""

from __future__ import annotations

from collections.abc import Callable

from nbn_core.types import Json

# Limits and factor of mu in the searches of version 2
_SEARCH_MU_MIN_2, _SEARCH_MU_MAX_2, _SEARCH_FACTOR_2 = 1e-6, 1e15, 10.0


def _from_1(document: Json) -> Json:
    """Upgrade version 1: the split beside the data; no validation set, scaling or classes."""
    data = document.get("data")
    if not isinstance(data, dict):
        return {**document, "version": 2}
    data = dict(data)
    split = {"validation_share": 0.0, "stratified": False}
    for old, new in (("train_share", "train_share"), ("split_seed", "seed")):
        if old in data:
            split[new] = data.pop(old)
    data["split"] = split
    if data.get("kind") == "own":
        data["scaling"] = {"inputs": "none", "targets": "none"}
        if isinstance(data.get("dataset"), dict):
            data["dataset"] = table = dict(data["dataset"])
            data["columns"] = {
                side: _columns(table.pop(old))
                for old, side in (("input_names", "inputs"), ("target_names", "targets"))
                if old in table
            }
    return {**document, "version": 2, "data": data}


def _columns(names: object) -> object:
    return [{"name": n, "classes": []} for n in names] if isinstance(names, list) else names


def _from_2(document: Json) -> Json:
    """Upgrade version 2, whose searches had limits of mu of their own, whatever the settings."""
    rule = document.get("rule")
    settings = rule.get("settings") if isinstance(rule, dict) else None
    if isinstance(rule, dict) and isinstance(settings, dict):
        settings = {**settings, **_limits_in_2(rule.get("name"), settings)}
        document = {**document, "rule": {**rule, "settings": settings}}
    return {**document, "version": 3}


def _limits_in_2(rule: object, settings: Json) -> Json:
    """Return the settings that say what the searches of version 2 did."""
    control, least, start = (settings.get(name) for name in ("control", "mu_min", "mu_start"))
    if rule == "nbn" and control in ("line_search", "best_step"):
        low = isinstance(least, float) and least < _SEARCH_MU_MIN_2
        return {"mu_min": _SEARCH_MU_MIN_2} if low else {}
    if rule == "block_lm" and control == "line_search":
        most = max(_SEARCH_MU_MAX_2, start) if isinstance(start, float) else _SEARCH_MU_MAX_2
        return {"mu_min": _SEARCH_MU_MIN_2, "mu_max": most, "factor": _SEARCH_FACTOR_2}
    return {}


UPGRADES: tuple[Callable[[Json], Json], ...] = (_from_1, _from_2)
