"""Reading of experiments: from parsed JSON of any version to the arguments of `Experiment`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import shown
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn, names_of
from nbn_core.errors import ExperimentError
from nbn_core.experiment.data import ProblemData
from nbn_core.experiment.own_data import OwnData
from nbn_core.experiment.start import GivenStart, SeededStart, Stopping
from nbn_core.experiment.versions import UPGRADES
from nbn_core.network import Topology
from nbn_core.rules import RULES

FORMAT = "nbn-lab-experiment"
VERSION = 3

_SPLIT = "train_share validation_share seed stratified"


def read_parts(document: object) -> dict[str, Any]:
    """Return the parts of an experiment.

    Parameters
    ----------
    document : object
        Parsed JSON of unknown origin.

    Returns
    -------
    dict
        Arguments of `Experiment` by name.

    Raises
    ------
    ExperimentError
        If a key is missing, unknown or of the wrong type. The parts raise other subclasses of
        `NBNError` for invalid values.
    """
    whole = fields(
        _upgraded(document),
        "experiment",
        "format version topology data rule start stopping drawing",
    )
    rule = fields(whole["rule"], "rule", "name settings")
    stopping = fields(whole["stopping"], "stopping", "target_sse max_iterations", "patience")
    return {
        "topology": Topology.from_dict(typed(whole["topology"], dict, "topology")),
        "data": read_data(whole["data"]),
        "rule": rule["name"],
        "settings": read_settings(rule["name"], typed(rule["settings"], dict, "rule.settings")),
        "start": _read_start(whole["start"]),
        "stopping": Stopping(**stopping),
        "drawing": whole["drawing"],
    }


def _upgraded(document: object) -> dict[str, Any]:
    """Return the document converted to the newest version."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ExperimentError("This is not an experiment of NBN Lab.")
    version = document.get("version")
    if type(version) is not int or not 1 <= version <= VERSION:
        raise ExperimentError(
            f"This experiment has version {shown(version)}, this program reads versions 1 to "
            f"{VERSION}: open it with the program that saved it."
        )
    for upgrade in UPGRADES[version - 1 :]:
        document = upgrade(document)
    return document


def read_data(value: object) -> ProblemData | OwnData:
    """Return the data of an experiment from the part of its JSON."""
    if isinstance(value, OwnData):  # unpacked already, see `packed_data`
        return value
    if isinstance(value, dict) and value.get("kind") == "own":
        return read_own(value)
    if isinstance(value, dict) and value.get("kind") == "kept":
        raise ExperimentError(
            "This address names data that are kept in the browser it was copied from: ask for the "
            "link or the experiment file from the Share page."
        )
    named = fields(value, "data", "kind name parameters split")
    if named["kind"] != "problem":
        raise ExperimentError(f"data.kind must be 'problem' or 'own', not {shown(named['kind'])}.")
    parameters = typed(named["parameters"], dict, "data.parameters")
    data = ProblemData(named["name"], parameters, **_read_split(named["split"]))
    all_there(parameters, data.parameters, "data.parameters")
    return data


def read_own(value: dict[str, Any]) -> OwnData:
    """Return own data from the part of its JSON; the tables may be arrays already."""
    own = fields(value, "data", "kind dataset columns scaling split")
    table = fields(own["dataset"], "data.dataset", "name kind inputs targets")
    columns = fields(own["columns"], "data.columns", "inputs targets")
    inputs = _read_columns(columns["inputs"], "data.columns.inputs")
    targets = _read_columns(columns["targets"], "data.columns.targets")
    scaling = fields(own["scaling"], "data.scaling", "inputs targets")
    dataset = Dataset(
        _rows(table["inputs"], "data.dataset.inputs"),
        _rows(table["targets"], "data.dataset.targets"),
        table["name"],
        typed(table["kind"], str, "data.dataset.kind"),
        names_of(inputs),
        names_of(targets),
    )
    return OwnData(
        dataset,
        **_read_split(own["split"]),
        inputs_by=scaling["inputs"],
        targets_by=scaling["targets"],
        input_columns=inputs,
        target_columns=targets,
    )


def read_settings(rule: object, settings: dict[str, Any]) -> dict[str, Any]:
    """Add the values that files of this rule leave out, such as NBN's published step control."""
    known = RULES.get(rule) if isinstance(rule, str) else None
    return settings if known is None else {**known.omitted_in_files, **settings}


def _read_split(value: object) -> dict[str, Any]:
    split = fields(value, "data.split", _SPLIT)
    return {**{k: split[k] for k in split if k != "seed"}, "split_seed": split["seed"]}


def _read_columns(value: object, where: str) -> list[DataColumn]:
    columns = []
    for number, item in enumerate(typed(value, list, where), start=1):
        place = f"{where}, column {number}"
        column = fields(item, place, "name classes")
        classes = typed(column["classes"], list, f"the classes of {place}")
        columns.append(DataColumn(column["name"], classes))
    return columns


def _read_start(value: object) -> SeededStart | GivenStart:
    if isinstance(value, dict) and value.get("kind") == "given":
        given = fields(value, "start", "kind weights")
        return GivenStart(typed(given["weights"], list, "start.weights"))
    seeded = fields(value, "start", "kind scheme seed")
    if seeded["kind"] != "seeded":
        raise ExperimentError(
            f"start.kind must be 'seeded' or 'given', not {shown(seeded['kind'])}."
        )
    return SeededStart(seeded["scheme"], seeded["seed"])


def fields(value: object, where: str, names: str, optional: str = "") -> dict[str, Any]:
    """Return `value` if it is an object with exactly these keys and any of the optional ones."""
    fields: dict[str, Any] = typed(value, dict, where)
    all_there(fields, names.split(), where)
    known = [*names.split(), *optional.split()]
    for key in fields:
        if key not in known:
            raise ExperimentError(
                f"This experiment has something unknown in {where}: {shown(key)}."
            )
    return fields


def all_there(fields: dict[str, Any], names: Iterable[str], where: str) -> None:
    """Raise ExperimentError if one of the names is missing."""
    for name in names:
        if name not in fields:
            raise ExperimentError(
                f"This experiment is not complete, {name} is missing in {where}: "
                "use the original file or link."
            )


_JSON_NAMES: dict[type, str] = {dict: "an object", list: "a list", str: "text"}


def typed(value: object, kind: type, where: str) -> Any:
    """Return `value` if it has this type."""
    if not isinstance(value, kind):
        raise ExperimentError(
            f"This experiment is damaged: {where} must be {_JSON_NAMES[kind]}, not {shown(value)}."
        )
    return value


def _rows(value: object, where: str) -> ArrayLike:
    """Return `value` if it is an array or a list of lists of numbers; `Dataset` validates it."""
    if isinstance(value, np.ndarray):
        return value
    rows: list[list[float]] = typed(value, list, where)
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or not all(type(cell) in (int, float) for cell in row):
            raise ExperimentError(
                f"This experiment is damaged: row {number} of {where} must be a list of numbers."
            )
    return rows
