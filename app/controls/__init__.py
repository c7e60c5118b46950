"""What each message of the Draw page does to the session, and the answer it gets.

`handle` is the one place where bad input becomes a sentence: whatever a message breaks, the last
good document stays.

`dispatch` takes every message to the module that knows its kind: `training`, `weights`, `drawing`,
`presets`, `settings` (of data and rule), `history` (undo and redo). `answering` makes the answer,
`links` the link.
"""

from app.controls.answering import answer
from app.controls.dispatch import handle
from app.controls.links import current_link
from app.controls.training import PROMPT, drop_run, halt, train, training_key
from app.controls.weights import BIAS, reached_weights, renew_weights, shown_weights

__all__ = [
    "BIAS",
    "PROMPT",
    "answer",
    "current_link",
    "drop_run",
    "halt",
    "handle",
    "reached_weights",
    "renew_weights",
    "shown_weights",
    "train",
    "training_key",
]
