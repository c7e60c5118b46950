"""The canvas: painted points are the patterns of the experiment, and each stroke changes those.

What stands on the canvas is the data in use, if it is of one's own and fits a plane: two inputs
and two classes, or one input and one number. Otherwise the canvas is empty, and the first point
that is put there takes the place of what was in use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from app.data.adapt_network import Data, fits, plan, target_of
from app.data.choices import PageState
from app.session.document import adapted
from app.session.jobs import Workers
from app.session.limits import check_size
from app.session.messages import Message
from app.session.state import Session
from app.session.training import train
from app.session.weights import reached_weights
from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn
from nbn_core.errors import SettingError
from nbn_core.experiment import Experiment, GivenStart, OwnData
from nbn_core.types import FloatArray

MAX_POINTS: Final = 2000
HALF: Final = 5.0  # the empty plane goes from -5 to 5, as Playground's data do
HEIGHT: Final = 1.2  # and a curve from -1.2 to 1.2
FAR: Final = 1e6
CLASSES: Final = ("orange", "blue")
NAMES: Final = {False: "Painted points", True: "Painted curve"}


@dataclass(frozen=True, slots=True)
class Canvas:
    """What stands on the canvas.

    `points` (P, 3): across, upwards, and 0 or 1 for the class; `domain`: left, right, bottom, top.
    `data` are the data in use, if those are the points.
    """

    curve: bool
    points: FloatArray
    domain: tuple[float, float, float, float]
    data: OwnData | None = None


def canvas(session: Session, view: PageState) -> Canvas:
    """Return what stands on the canvas of this session."""
    data = session.experiment.data
    if isinstance(data, OwnData) and data.digest != view.cleared:
        fit = kind_of(data)
        if fit is not None and data.scaling.is_identity:
            points = points_of(data.dataset, fit)
            return Canvas(fit, points, domain_of(points, fit), data)
    return Canvas(view.curve, np.empty((0, 3)), domain_of(np.empty((0, 3)), view.curve))


def kind_of(data: Data) -> bool | None:
    """Tell whether data are a curve (True) or points of two classes (False); None: neither."""
    whole = data.whole
    if whole.n_patterns > MAX_POINTS or whole.n_outputs != 1:
        return None
    if whole.kind == "classification" and whole.n_inputs == 2:
        return False
    return True if whole.kind == "regression" and whole.n_inputs == 1 else None


def points_of(dataset: Dataset, curve: bool) -> FloatArray:
    """Turn patterns into points."""
    if curve:
        return np.hstack([dataset.inputs, dataset.targets, np.ones((dataset.n_patterns, 1))])
    return np.hstack([dataset.inputs, dataset.classes()[:, np.newaxis].astype(np.float64)])


def domain_of(points: FloatArray, curve: bool) -> tuple[float, float, float, float]:
    """Show the plane that holds the points; the usual one if that does."""
    usual = (-HALF, HALF, -HEIGHT, HEIGHT) if curve else (-HALF, HALF, -HALF, HALF)
    if not len(points):
        return usual
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    inside = usual[0] <= low[0] and high[0] <= usual[1]
    if inside and usual[2] <= low[1] and high[1] <= usual[3]:
        return usual
    pad = 0.1 * np.where(high > low, high - low, np.maximum(np.abs(high), 1.0))
    (left, bottom), (right, top) = (low - pad).tolist(), (high + pad).tolist()
    return left, right, bottom, top


# Edits


def paint(
    session: Session, view: PageState, client: str, message: Message, workers: Workers
) -> None:
    """Take up the points of a message: all that stand on the canvas now.

    Raises
    ------
    NBNError
        If they are no points, or too many.
    """
    points = read_points(message.fields.get("points"))
    stroke = (client, message.whole("stroke", 0, 2**31))
    before = canvas(session, view)
    if not len(points):
        view.curve = before.curve
        view.cleared = before.data.digest if before.data is not None else view.cleared
        view.stroke = None
        return
    data = own_data(points, before)
    going = session.run is not None and session.run.running
    changed = _taken_up(session, view, before, data)
    view.cleared = ""
    _put(session, view, stroke, changed)
    if going or (view.follow and session.document.blocked is None):
        train(session, workers)
        session.play = False


def _taken_up(session: Session, view: PageState, before: Canvas, data: OwnData) -> Experiment:
    """The experiment with the new points: the network goes on from where it is."""
    now = session.experiment
    train = data.datasets()[0]
    if before.data is None or not fits(now.topology, train):
        planned = plan(session, data).experiment
        return replace(planned, stopping=replace(planned.stopping, target_sse=aim(train)))
    start = now.start
    if view.follow or (session.run is not None and session.run.running):
        start = GivenStart(tuple(reached_weights(session).tolist()))
    stopping = now.stopping
    if stopping.target_sse == aim(before.data.datasets()[0]):
        stopping = replace(stopping, target_sse=aim(train))  # one set by hand stays
    changed = replace(now, data=data, start=start, stopping=stopping)
    check_size(changed)
    return changed


def aim(train: Dataset) -> float:
    """Suggest an SSE to stop at: a tenth of what suits measured data, as hands make no noise."""
    return train.least_sse + (target_of(train) - train.least_sse) / 10


def _put(session: Session, view: PageState, stroke: tuple[str, int], changed: Experiment) -> None:
    """Keep one step of the history for one stroke, however many messages it takes."""
    made = adapted(session.document, changed)
    known = view.stroke
    end = session.position == len(session.history) - 1
    if known is not None and end and known == (*stroke, session.position):
        session.amend(made)
    else:
        session.put(made)
    view.stroke = (*stroke, session.position)


def own_data(points: FloatArray, before: Canvas) -> OwnData:
    """Make data of points; names and split stay those of the data before, as far as they can."""
    known = before.data
    if before.curve:
        inputs, targets = points[:, :1], points[:, 1:2]
        names: tuple[tuple[str, ...], tuple[str, ...]] = (("x",), ("y",))
        columns: dict[str, Any] = {}
    else:
        inputs, targets = points[:, :2], np.where(points[:, 2:] > 0, 1.0, -1.0)
        names = (("x1", "x2"), ("class",))
        columns = {"target_columns": (DataColumn("class", CLASSES),)}
    name = NAMES[before.curve]
    split: dict[str, Any] = {}
    if known is not None:
        name = known.dataset.name
        names = (known.dataset.input_names, known.dataset.target_names)
        columns = {
            "input_columns": known.input_columns,
            "target_columns": known.target_columns,
        }
        if len(points) > 1:
            split = {
                "train_share": known.train_share,
                "validation_share": known.validation_share,
                "split_seed": known.split_seed,
                "stratified": known.stratified,
            }
        low = known.dataset.targets.min()
        if not before.curve and low >= 0.0:
            targets = (targets + 1) / 2
    kind = "regression" if before.curve else "classification"
    dataset = Dataset(inputs, targets, name, kind, *names)  # type: ignore[arg-type]
    return OwnData(dataset, **split, **columns)


def take_over(session: Session, view: PageState) -> None:
    """Put the patterns of the data in use on the canvas, to be painted over.

    Raises
    ------
    NBNError
        If they do not fit a plane.
    """
    data = session.experiment.data
    curve = kind_of(data)
    if curve is None:
        raise SettingError(
            "Only two inputs with two classes, or one input with one number, fit the plane: "
            "choose such data, or paint on an empty one."
        )
    view.curve, view.cleared, view.stroke = curve, "", None
    if isinstance(data, OwnData) and data.scaling.is_identity:
        return
    whole = data.whole
    names = (whole.input_names, whole.target_names)
    name = f"{whole.name or 'Data'}, painted over"[:100]
    copied = Dataset(whole.inputs, whole.targets, name, whole.kind, *names)
    split = data.split
    own = OwnData(copied, split.train_share, split.seed, split.validation_share, split.stratified)
    changed = plan(session, own).experiment
    session.put(adapted(session.document, changed))


def read_points(value: object) -> FloatArray:
    """Check points of a message.

    Raises
    ------
    SettingError
        If they are no points, or too many.
    """
    if not isinstance(value, list) or len(value) > MAX_POINTS:
        raise SettingError(f"The canvas holds at most {plural(MAX_POINTS, 'point')}: erase some.")
    for point in value:
        if (
            not isinstance(point, list)
            or len(point) != 3
            or not all(type(v) in (int, float) and abs(v) <= FAR for v in point)
            or point[2] not in (0, 1)
        ):
            raise SettingError("Those are no points of the plane; nothing was changed.")
    return np.array(value, dtype=np.float64).reshape(-1, 3)
