"""Workspace: an experiment with the drawings, the race and the sweep that are kept beside it."""

from __future__ import annotations

from dataclasses import dataclass

from nbn_core.checks import plural
from nbn_core.display import one_line
from nbn_core.errors import ExperimentError
from nbn_core.experiment.jsontext import dumps, loads
from nbn_core.experiment.kept_drawing import MOST_DRAWINGS, KeptDrawing
from nbn_core.experiment.race_setup import RaceSetup
from nbn_core.experiment.sweep_setup import SweepSetup
from nbn_core.experiment.value import Experiment, one_sentence


@dataclass(frozen=True)
class Workspace:
    """An experiment, and what is kept beside it; only the experiment decides what is trained.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    shelf : tuple of KeptDrawing
        Kept drawings, at most 12 with different names.
    race : RaceSetup, optional
        Lanes and budget of the page Race; None for those that the page starts with.
    sweep : SweepSetup, optional
        Form of the page Topologies; None for what the page starts with.

    Raises
    ------
    ExperimentError
        If there are too many drawings, or two with the same name.
    """

    experiment: Experiment
    shelf: tuple[KeptDrawing, ...] = ()
    race: RaceSetup | None = None
    sweep: SweepSetup | None = None

    def __post_init__(self) -> None:
        if len(self.shelf) > MOST_DRAWINGS:
            raise ExperimentError(
                f"The shelf holds {len(self.shelf)} drawings, at most {MOST_DRAWINGS} can be "
                "kept: delete some."
            )
        if len({one.name for one in self.shelf}) < len(self.shelf):
            raise ExperimentError(
                "Two kept drawings have the same name: give each a name of its own."
            )

    def __repr__(self) -> str:
        kept = plural(len(self.shelf), "kept drawing")
        return one_line("Workspace", repr(self.experiment), kept)

    def to_json(self, data: str | None = None) -> str:
        """Return the workspace as canonical JSON.

        Parameters
        ----------
        data : str, optional
            JSON in place of the data of the experiment.

        Returns
        -------
        str
            JSON of the experiment, with the keys "race", "shelf" and "sweep" where there is
            something to keep; without them it is byte for byte that of the experiment.
        """
        parts = self.experiment.json_parts(data)
        if self.race is not None:
            parts["race"] = dumps(self.race.to_dict())
        if self.shelf:
            parts["shelf"] = dumps([one.to_dict() for one in self.shelf])
        if self.sweep is not None:
            parts["sweep"] = dumps(self.sweep.to_dict())
        return "{" + ",".join(f'"{key}":{parts[key]}' for key in sorted(parts)) + "}"

    @classmethod
    def from_json(cls, text: str | bytes) -> Workspace:
        """Read a workspace, or an experiment without anything beside it, from JSON.

        Parameters
        ----------
        text : str or bytes
            JSON as text or UTF-8.

        Returns
        -------
        Workspace
            Workspace that the text describes.

        Raises
        ------
        ExperimentError
            If the text is damaged or describes something invalid.
        """
        return cls.read(loads(text))

    @classmethod
    def read(cls, document: object) -> Workspace:
        """Read a workspace from parsed JSON.

        Parameters
        ----------
        document : object
            Parsed JSON of unknown origin.

        Returns
        -------
        Workspace
            Workspace that the document describes.

        Raises
        ------
        ExperimentError
            If the document describes something invalid.
        """
        with one_sentence():
            experiment, extras = Experiment.read(document)
            return cls(experiment, **extras)
