"""Names of nodes: what they are called if nobody says, and how a sentence quotes them."""

from __future__ import annotations

from collections.abc import Sequence

NAME_LENGTH = 24


def default_names(n_inputs: int, n_neurons: int, outputs: Sequence[int]) -> tuple[str, ...]:
    """Names for nodes nobody named: x1.. inputs, h1.. hidden, y1.. outputs (y alone).

    Parameters
    ----------
    n_inputs, n_neurons : int
        Sizes.
    outputs : sequence of int
        The neurons that are outputs.

    Returns
    -------
    tuple of str
        One for each node, inputs first.
    """
    place = {neuron: m for m, neuron in enumerate(outputs)}
    names = [f"x{i + 1}" for i in range(n_inputs)]
    hidden = 0
    for k in range(n_neurons):
        if k in place:
            names.append("y" if len(outputs) == 1 else f"y{place[k] + 1}")
        else:
            hidden += 1
            names.append(f"h{hidden}")
    return tuple(names)


def quoted(name: object) -> str:
    """A name as it stands in a sentence, no longer than a name may be."""
    text = str(name) if isinstance(name, str | int | float | tuple) else type(name).__name__
    # A mark that turns the direction of text around would do so to the whole sentence.
    text = "".join(c if c.isprintable() else "�" for c in text[: NAME_LENGTH + 1])
    return f"“{text if len(text) <= NAME_LENGTH else text[: NAME_LENGTH - 1] + '…'}”"
