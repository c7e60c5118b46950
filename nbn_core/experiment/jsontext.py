"""JSON of experiments: written in canonical form, read strictly."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from nbn_core.checks import shown
from nbn_core.errors import ExperimentError

MAX_JSON = 32_000_000


def dumps(value: object) -> str:
    """Return canonical JSON: sorted keys, no blanks, ASCII, the shortest exact text of a float."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def loads(text: str | bytes) -> Any:
    """Parse JSON strictly: limited size, UTF-8, no NaN or Infinity, no repeated key.

    Parameters
    ----------
    text : str or bytes
        JSON of unknown origin.

    Returns
    -------
    object
        Parsed document, as `json.loads` returns it.

    Raises
    ------
    ExperimentError
        If the text is not valid JSON or breaks one of these rules.
    """
    if not isinstance(text, (str, bytes)):
        raise ExperimentError(f"An experiment is read from text, not {shown(text)}.")
    if len(text) > MAX_JSON:
        raise ExperimentError(
            f"This is too large for an experiment: more than {MAX_JSON // 1_000_000} MB."
        )
    try:
        plain = text if isinstance(text, str) else text.decode("utf-8")
        plain.encode("utf-8")
        document = json.loads(
            plain.removeprefix("\ufeff"), parse_constant=_no_constant, object_pairs_hook=_once
        )
        if "\\ud" in plain or "\\uD" in plain:
            json.dumps(document, ensure_ascii=False).encode("utf-8")
    except ExperimentError:
        raise
    except json.JSONDecodeError as error:
        raise ExperimentError(
            f"This is not a complete experiment: it stops being JSON at line {error.lineno}, "
            f"column {error.colno}; use the original file or link."
        ) from None
    except (ValueError, RecursionError):
        raise ExperimentError(
            "This is not an experiment: it holds text, numbers or nesting that no experiment has; "
            "use the original file or link."
        ) from None
    return document


def _no_constant(name: str) -> NoReturn:
    raise ExperimentError(f"An experiment holds finite numbers only, this one has {name}.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ExperimentError("This experiment says the same thing twice: a key is repeated.")
    return result
