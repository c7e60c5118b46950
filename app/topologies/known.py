"""KnownTrials: the trials of all networks that were trained on one problem.

The trials of a network depend on its topology, the rule, the data and the limits of the study, and
on nothing else in it. So the results of all studies on the same data and with the same limits are
kept, and no training of a session runs twice.
"""

from __future__ import annotations

from nbn_core.network import Topology
from nbn_core.studies import Cell, CellResult, Study, StudyResult
from nbn_core.studies.run import comparable


class KnownTrials:
    """Trials of every network and rule that was trained, under the limits of one study."""

    def __init__(self) -> None:
        self._limits: Study | None = None
        self._cells: dict[tuple[Topology, str, str], CellResult] = {}
        self._hosts: set[str] = set()

    def __len__(self) -> int:
        return len(self._cells)

    def fit(self, study: Study) -> None:
        """Drop all trials if those of a study would have other data, seeds or limits."""
        if self._limits is None or not comparable(self._limits, study):
            self._limits, self._cells, self._hosts = study, {}, set()

    def add(self, made: StudyResult) -> None:
        """Take over the trials of a result, where they are not fewer than those that are known."""
        self.fit(made.study)
        self._hosts.update(made.hosts)
        for cell, found in made.cells.items():
            key = made.study.identity(cell)
            before = self._cells.get(key)
            if before is None or found.trials.n_trials >= before.trials.n_trials:
                self._cells[key] = found

    def of(self, study: Study) -> StudyResult:
        """Return the trials of the networks of a study, with as many seeds as each has."""
        cells = {}
        if self._limits is not None and comparable(self._limits, study):
            for n in range(len(study.networks)):
                for r in range(len(study.rules)):
                    found = self._cells.get(study.identity((n, r)))
                    if found is not None:
                        cells[Cell(n, r)] = found
        return StudyResult(study, cells, {}, tuple(sorted(self._hosts)))
