"""Presets: a network of one of the families replaces the drawn one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Final

from app.draw.action import Action
from app.session.end_names import with_ends_of
from app.session.history import change
from app.session.jobs import Workers
from app.session.limits import MAX_LAYERS, MAX_WEIGHTS
from app.session.messages import Message
from app.session.state import Session
from nbn_core.errors import SettingError
from nbn_core.network import Topology

ONE_LAYER: Final = {
    "slp": "has one hidden layer", "fcc": "is a cascade without layers",
}  # fmt: skip


def _preset(session: Session, message: Message, workers: Workers) -> None:
    sizes = message.fields.get("sizes")
    if not isinstance(sizes, list) or not 1 <= len(sizes) <= MAX_LAYERS:
        raise SettingError(f"Give 1 to {MAX_LAYERS} layer sizes, such as 8-8.")
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_WEIGHTS:
            raise SettingError("Each layer size is a whole number from 1 up, such as 8-8.")
    family = message.text("family")
    if family in ONE_LAYER and len(sizes) > 1:
        total = sum(sizes)
        raise SettingError(
            f"{family.upper()} {ONE_LAYER[family]}, so {'-'.join(map(str, sizes))} does not fit: "
            f"type one number, such as {total}, or choose MLP or BMLP."
        )
    data = session.experiment.datasets()[0]
    n_in, n_out = data.n_inputs, data.n_outputs
    output = "linear" if data.kind == "regression" else "bipolar"
    hidden = sum(sizes)
    least = {
        "slp": hidden * n_in,
        "mlp": sum(a * b for a, b in pairwise([n_in, *sizes])),
        "bmlp": sum(a * b for a, b in zip(sizes, accumulate([n_in, *sizes]), strict=False)),
        "fcc": hidden * (hidden + n_in) // 2,
    }
    # Told before any of it is made: a cascade of 40,000 neurons has a billion weights.
    if least.get(family, 0) > 50 * MAX_WEIGHTS:
        raise SettingError(
            f"This network would have far more than {MAX_WEIGHTS:,} weights, the most that this "
            "page allows: use smaller layers."
        )
    makers: dict[str, Callable[[], Topology]] = {
        "slp": lambda: Topology.slp(n_in, sum(sizes), n_out, output=output),
        "mlp": lambda: Topology.mlp([n_in, *sizes, n_out], output=output),
        "bmlp": lambda: Topology.bmlp([n_in, *sizes, n_out], output=output),
        "fcc": lambda: Topology.fcc(n_in, sum(sizes), n_out, output=output),
    }
    if family not in makers:
        raise SettingError("There is no such preset: choose SLP, MLP, BMLP or FCC.")
    change(session, topology=with_ends_of(makers[family](), session.experiment.topology))


ACTIONS: Final[dict[str, Action]] = {
    "preset": _preset,
}
