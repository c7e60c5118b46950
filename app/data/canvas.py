"""The canvas: painted points are the patterns of the experiment, and each stroke changes them.

The canvas shows the current data if that is custom data that fits a plane: two inputs and two
classes, or one input and one number as target. Otherwise the canvas is empty, and the first point
painted replaces the current data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from app.data.adapt_network import Data, fits, plan_adaptation, suggested_target
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
HALF_WIDTH: Final = 5.0  # the empty plane goes from -5 to 5, as Playground's data does
HALF_HEIGHT: Final = 1.2  # the y axis of a curve goes from -1.2 to 1.2
MAX_COORDINATE: Final = 1e6
CLASSES: Final = ("orange", "blue")
NAMES: Final = {False: "Painted points", True: "Painted curve"}


@dataclass(frozen=True, slots=True)
class Canvas:
    """The contents of the canvas.

    Parameters
    ----------
    curve : bool
        Whether points are a curve, one input and one target, rather than two classes in a plane.
    points : (P, 3) float64
        x, y, and 0 or 1 for the class; 1 on a curve.
    domain : tuple of four float
        Left, right, bottom and top of the visible plane.
    data : OwnData, optional
        The current data, if its patterns are the points.
    """

    curve: bool
    points: FloatArray
    domain: tuple[float, float, float, float]
    data: OwnData | None = None


def canvas(session: Session, view: PageState) -> Canvas:
    """Return the contents of the canvas of this session."""
    data = session.experiment.data
    if isinstance(data, OwnData) and data.digest != view.cleared:
        curve = kind_of(data)
        if curve is not None and data.scaling.is_identity:
            points = points_of(data.dataset, curve)
            return Canvas(curve, points, domain_of(points, curve), data)
    return Canvas(view.curve, np.empty((0, 3)), domain_of(np.empty((0, 3)), view.curve))


def kind_of(data: Data) -> bool | None:
    """Return True for a curve, False for points of two classes, None for other data."""
    whole = data.whole
    if whole.n_patterns > MAX_POINTS or whole.n_outputs != 1:
        return None
    if whole.kind == "classification" and whole.n_inputs == 2:
        return False
    return True if whole.kind == "regression" and whole.n_inputs == 1 else None


def points_of(dataset: Dataset, curve: bool) -> FloatArray:
    """Return the patterns as points: (P, 3) float64, see `Canvas`."""
    if curve:
        return np.hstack([dataset.inputs, dataset.targets, np.ones((dataset.n_patterns, 1))])
    return np.hstack([dataset.inputs, dataset.classes()[:, np.newaxis].astype(np.float64)])


def domain_of(points: FloatArray, curve: bool) -> tuple[float, float, float, float]:
    """Return the visible plane: the default one if it holds all points, else one around them."""
    half = HALF_HEIGHT if curve else HALF_WIDTH
    usual = (-HALF_WIDTH, HALF_WIDTH, -half, half)
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
    """Make the points of a message, all that are on the canvas now, the data of the experiment.

    Raises
    ------
    NBNError
        If they are not valid, or too many.
    """
    points = read_points(message.fields.get("points"))
    stroke = (client, message.whole("stroke", 0, 2**31))
    before = canvas(session, view)
    if not len(points):
        view.curve = before.curve
        view.cleared = before.data.digest if before.data is not None else view.cleared
        view.stroke = None
        return
    whole = _with_split(view, before.data)
    data = painted_data(points, replace(before, data=whole))
    view.unsplit = (data.digest, whole) if whole is not None and len(points) == 1 else None
    same = view.stroke is not None and view.stroke[:2] == stroke
    view.learned = view.learned + _iterations(session) if same else 0
    was_training = session.run is not None and session.run.running
    changed = _experiment_with(session, view, before, data)
    view.cleared = ""
    _put(session, view, stroke, changed)
    if was_training or (view.follow and session.document.blocked is None):
        train(session, workers)
        session.play = False


def _with_split(view: PageState, data: OwnData | None) -> OwnData | None:
    """Return the data, or where it is one point, which has no split, the data before it."""
    if data is not None and view.unsplit is not None and view.unsplit[0] == data.digest:
        return view.unsplit[1]
    return data


def _iterations(session: Session) -> int:
    return 0 if session.run is None else session.run.iteration


def _experiment_with(
    session: Session, view: PageState, before: Canvas, data: OwnData
) -> Experiment:
    """Return the experiment with new points; training continues from the current weights."""
    now = session.experiment
    train = data.datasets()[0]
    if before.data is None or not fits(now.topology, train):
        planned = plan_adaptation(session, data).experiment
        return replace(
            planned, stopping=replace(planned.stopping, target_sse=painted_target(train))
        )
    start = now.start
    if view.follow or (session.run is not None and session.run.running):
        start = GivenStart(tuple(reached_weights(session).tolist()))
    stopping = now.stopping
    if stopping.target_sse == painted_target(before.data.datasets()[0]):
        stopping = replace(
            stopping, target_sse=painted_target(train)
        )  # a target set by the reader is kept
    changed = replace(now, data=data, start=start, stopping=stopping)
    check_size(changed)
    return changed


def painted_target(train: Dataset) -> float:
    """Suggest a target SSE: a tenth of that for measured data, as painted points have no noise."""
    return train.least_sse + (suggested_target(train) - train.least_sse) / 10


def _put(session: Session, view: PageState, stroke: tuple[str, int], changed: Experiment) -> None:
    """Make the experiment current; all messages of one stroke are one undo step."""
    document = adapted(session.document, changed)
    known = view.stroke
    end = session.position == len(session.history) - 1
    if known is not None and end and known == (*stroke, session.position):
        session.amend(document)
    else:
        session.put(document)
    view.stroke = (*stroke, session.position)


def painted_data(points: FloatArray, before: Canvas) -> OwnData:
    """Make data of points; names and split of the data before are kept."""
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
        if not before.curve and has_zero_code(known):
            targets = (targets + 1) / 2
    kind = "regression" if before.curve else "classification"
    dataset = Dataset(inputs, targets, name, kind, *names)  # type: ignore[arg-type]
    return OwnData(dataset, **split, **columns)


def has_zero_code(data: OwnData) -> bool:
    """Whether the two classes are coded 0 and 1, rather than -1 and 1 as named classes are.

    The points do not tell: while only one class has been painted, all are 1.
    """
    return not data.classes and data.dataset.middle == 0.5


def take_over(session: Session, view: PageState) -> None:
    """Copy the patterns of the current data onto the canvas, for editing.

    Raises
    ------
    NBNError
        If the data does not fit a plane.
    """
    data = session.experiment.data
    curve = kind_of(data)
    if curve is None:
        raise SettingError(
            "Only data with two inputs and two classes, or with one input and a numeric target, "
            "can be painted: choose such data, or start with an empty canvas."
        )
    view.curve, view.cleared, view.stroke = curve, "", None
    if isinstance(data, OwnData) and data.scaling.is_identity:
        return
    whole = data.whole
    names = (whole.input_names, whole.target_names)
    name = f"{whole.name or 'Data'}, edited"[:100]
    copied = Dataset(whole.inputs, whole.targets, name, whole.kind, *names)
    split = data.split
    columns: dict[str, Any] = {}
    if isinstance(data, OwnData):
        columns = {"input_columns": data.input_columns, "target_columns": data.target_columns}
    own = OwnData(
        copied, split.train_share, split.seed, split.validation_share, split.stratified, **columns
    )
    changed = plan_adaptation(session, own).experiment
    session.put(adapted(session.document, changed))


def read_points(value: object) -> FloatArray:
    """Validate the points of a message.

    Raises
    ------
    SettingError
        If they are not valid, or too many.
    """
    if not isinstance(value, list) or len(value) > MAX_POINTS:
        raise SettingError(f"The canvas holds at most {plural(MAX_POINTS, 'point')}: erase some.")
    for point in value:
        if (
            not isinstance(point, list)
            or len(point) != 3
            or not all(type(v) in (int, float) and abs(v) <= MAX_COORDINATE for v in point)
            or point[2] not in (0, 1)
        ):
            raise SettingError(
                "These points are not valid, so nothing was changed: paint them again."
            )
    return np.array(value, dtype=np.float64).reshape(-1, 3)
