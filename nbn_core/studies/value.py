"""Study: many trainings that are compared, as a frozen value with versioned JSON.

A study trains each of its networks by each of its rules from the same number of random starts, on
the same data and within the same limits. Trial n of a network starts from
`trial_seed(study.seed, n)`, whatever else is in the study, so that studies can be extended, divided
and resumed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nbn_core.checks import MAX_SEED, plural, real, shown, whole
from nbn_core.display import one_line
from nbn_core.errors import ExperimentError, SettingError, ShapeError
from nbn_core.experiment import OwnData, ProblemData, Stopping
from nbn_core.experiment.checks import FrozenDict, keep, mapping
from nbn_core.experiment.jsontext import dumps, loads
from nbn_core.experiment.reading import fields, read_data, typed
from nbn_core.network import SCHEMES, Topology
from nbn_core.rules import RULES, rule_called

FORMAT = "nbn-lab-study"
VERSION = 1
MOST_TRAININGS = 1_000_000
MOST_NAME = 60


@dataclass(frozen=True, slots=True)
class StudyNetwork:
    """A network of a study.

    Parameters
    ----------
    name : str
        Name of the network, different from those of the others, at most 60 characters.
    topology : Topology
        Its topology.
    family : str
        Name of the family that it is a member of; networks of a family are drawn as one line.
    """

    name: str
    topology: Topology
    family: str = ""

    def __repr__(self) -> str:
        return one_line("StudyNetwork", repr(self.name), plural(self.topology.n_weights, "weight"))

    def __post_init__(self) -> None:
        if not isinstance(self.topology, Topology):
            raise SettingError(f"A network of a study cannot be {shown(self.topology)}.")
        for what, text, least in (("name", self.name, 1), ("family", self.family, 0)):
            if not isinstance(text, str) or not least <= len(text) <= MOST_NAME:
                raise SettingError(
                    f"The {what} of a network in a study must be text of {least} to {MOST_NAME} "
                    f"characters, not {shown(text)}."
                )


@dataclass(frozen=True, slots=True)
class StudyRule:
    """A learning rule of a study, with its settings.

    Parameters
    ----------
    name : str
        Name of the rule, a key of `nbn_core.RULES`.
    settings : mapping
        Settings of the rule; missing ones have their default values.

    Raises
    ------
    SettingError
        If the rule is unknown or a setting is invalid.
    """

    name: str = "nbn"
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return one_line("StudyRule", self.name, plural(len(self.settings), "setting"))

    def __post_init__(self) -> None:
        rule = rule_called(self.name)
        given = mapping(self.settings, "The settings of a rule")
        keep(self, "settings", FrozenDict(rule.settings(given)))


@dataclass(frozen=True, eq=False)
class Study:
    """Networks, rules, data, seeds and limits of many trainings.

    Parameters
    ----------
    networks : sequence of StudyNetwork
        Networks with different names, each with the inputs and outputs of the data.
    data : ProblemData or OwnData
        Patterns, the same for all trainings. The test part, if any, is measured at the end of each
        training; a validation part stops training early if the patience is above 0.
    rules : sequence of StudyRule
        Rules by which each network is trained.
    trials : int
        Number of trainings of each network by each rule.
    seed : int
        Random seed, from which the seeds of the trials are derived.
    scheme : str
        Scheme of the starting weights, a key of `nbn_core.SCHEMES`.
    stopping : Stopping
        Target, maximum iterations and patience of each training.
    max_work : float
        Work after which a training ends, in forward-equivalent units; infinite for no limit.

    Raises
    ------
    SettingError
        If a value is out of range, a rule cannot train a network, or there would be more than
        1,000,000 trainings.
    ShapeError
        If a network does not have the inputs and outputs of the data.
    """

    networks: tuple[StudyNetwork, ...]
    data: ProblemData | OwnData
    rules: tuple[StudyRule, ...] = (StudyRule(),)
    trials: int = 50
    seed: int = 0
    scheme: str = "data"
    stopping: Stopping = field(default_factory=Stopping)
    max_work: float = math.inf

    def __post_init__(self) -> None:
        keep(self, "networks", _values(self.networks, StudyNetwork, "networks"))
        keep(self, "rules", _values(self.rules, StudyRule, "rules"))
        if not isinstance(self.data, (ProblemData, OwnData)):
            raise SettingError(f"The data of a study cannot be {shown(self.data)}.")
        if not isinstance(self.stopping, Stopping):
            raise SettingError(f"The limits of a study cannot be {shown(self.stopping)}.")
        keep(self, "trials", whole(self.trials, "The number of trials", 1, MOST_TRAININGS))
        keep(self, "seed", whole(self.seed, "The seed of a study", 0, MAX_SEED))
        if not isinstance(self.scheme, str) or self.scheme not in SCHEMES:
            raise SettingError(
                f"There is no scheme of starting weights called {shown(self.scheme)}: "
                f"choose one of {', '.join(SCHEMES)}."
            )
        if self.max_work != math.inf:
            keep(self, "max_work", real(self.max_work, "The maximum work", 1.0))
        _check_names(self.networks)
        _check_count(self)
        _check_fit(self)

    @property
    def total(self) -> int:
        """Number of trainings."""
        return len(self.networks) * len(self.rules) * self.trials

    def identity(self, cell: tuple[int, int]) -> tuple[Topology, str, str]:
        """Return what tells the trials of a cell from those of other cells of any study.

        Parameters
        ----------
        cell : Cell
            Indices of the network and the rule.

        Returns
        -------
        tuple
            Topology, name of the rule, and its settings as canonical JSON.
        """
        rule = self.rules[cell[1]]
        return self.networks[cell[0]].topology, rule.name, dumps(rule.settings)

    def to_json(self) -> str:
        """Return the study as canonical JSON.

        Returns
        -------
        str
            ASCII text, the same for equal studies.
        """
        return "{" + f'"data":{self.data.to_json()},' + dumps(self._plain())[1:]

    def _plain(self) -> dict[str, Any]:
        """Return all parts but the data, for JSON."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "networks": [
                {"name": one.name, "family": one.family, "topology": one.topology.to_dict()}
                for one in self.networks
            ],
            "rules": [{"name": one.name, "settings": one.settings} for one in self.rules],
            "trials": self.trials,
            "start": {"scheme": self.scheme, "seed": self.seed},
            "stopping": self.stopping.to_dict(),
            "max_work": None if self.max_work == math.inf else self.max_work,
        }

    @classmethod
    def from_json(cls, text: str | bytes) -> Study:
        """Read a study from JSON; blanks and the order of keys are free.

        Parameters
        ----------
        text : str or bytes
            JSON as text or UTF-8.

        Returns
        -------
        Study
            Study that the text describes.

        Raises
        ------
        ExperimentError
            If the text is damaged or is not a study of this version.
        """
        document = loads(text)
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise ExperimentError("This is not a study of NBN Lab: choose a file saved as one.")
        if document.get("version") != VERSION:
            raise ExperimentError(
                f"This study has version {shown(document.get('version'))}, this program reads "
                f"version {VERSION}: open it with the program that saved it."
            )
        whole = fields(
            document, "the study",
            "format version networks data rules trials start stopping max_work",
        )  # fmt: skip
        start = fields(whole["start"], "start", "scheme seed")
        stopping = fields(whole["stopping"], "stopping", "target_sse max_iterations", "patience")
        return cls(
            networks=tuple(
                _read_network(one) for one in typed(whole["networks"], list, "networks")
            ),
            data=read_data(whole["data"]),
            rules=tuple(_read_rule(one) for one in typed(whole["rules"], list, "rules")),
            trials=whole["trials"],
            seed=start["seed"],
            scheme=start["scheme"],
            stopping=Stopping(**stopping),
            max_work=math.inf if whole["max_work"] is None else whole["max_work"],
        )

    @cached_property
    def digest(self) -> str:
        """Hash that is the same for equal studies only: 32 hexadecimal digits."""
        text = dumps([self._plain(), self.data.digest])
        return hashlib.blake2b(text.encode("ascii"), digest_size=16).hexdigest()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Study):
            return NotImplemented
        return self is other or self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        data = self.data.name if isinstance(self.data, ProblemData) else "own data"
        return one_line(
            "Study", plural(len(self.networks), "network"), data,
            ", ".join(one.name for one in self.rules), plural(self.total, "training"),
        )  # fmt: skip


def _values(given: object, kind: type, what: str) -> tuple[Any, ...]:
    if not isinstance(given, Iterable):
        raise SettingError(f"The {what} of a study must be a list, not {shown(given)}.")
    values = tuple(given)
    if not values or not all(isinstance(one, kind) for one in values):
        raise SettingError(f"A study needs a list of {what}, at least one {kind.__name__}.")
    return values


def _check_names(networks: tuple[StudyNetwork, ...]) -> None:
    names = [network.name for network in networks]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise SettingError(f"Two networks of the study have the name {shown(twice)}: rename one.")


def _check_count(study: Study) -> None:
    if study.total > MOST_TRAININGS:
        networks, rules = len(study.networks), len(study.rules)
        fewer = MOST_TRAININGS // (networks * rules)
        advice = (
            f"take at most {plural(fewer, 'trial')} of each" if fewer else "take fewer networks"
        )
        raise SettingError(
            f"This study would be {study.total:,} trainings ({plural(networks, 'network')}, "
            f"{plural(rules, 'rule')}, {plural(study.trials, 'trial')} of each), and at most "
            f"{MOST_TRAININGS:,} are possible: {advice}."
        )


def _check_fit(study: Study) -> None:
    train = study.data.datasets()[0]
    for network in study.networks:
        for what, has, needs in (
            ("input", network.topology.n_inputs, train.n_inputs),
            ("output", network.topology.n_outputs, train.n_outputs),
        ):
            if has != needs:
                raise ShapeError(
                    f"The network {network.name} has {plural(has, what)}, but the data need "
                    f"{plural(needs, what)}: leave it out, or choose other data."
                )
        for rule in study.rules:
            refusal = RULES[rule.name].refuses(network.topology, train)
            if refusal is not None:
                raise SettingError(f"{network.name}: {refusal}")


def _read_network(value: object) -> StudyNetwork:
    network = fields(value, "a network", "name family topology")
    topology = Topology.from_dict(typed(network["topology"], dict, "the topology of a network"))
    return StudyNetwork(network["name"], topology, network["family"])


def _read_rule(value: object) -> StudyRule:
    rule = fields(value, "a rule", "name settings")
    return StudyRule(rule["name"], typed(rule["settings"], dict, "the settings of a rule"))
