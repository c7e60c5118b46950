"""The type of a function that acts on one kind of message."""

from collections.abc import Callable
from typing import TypeAlias

from app.session.jobs import Workers
from app.session.messages import Message
from app.session.state import Session

Action: TypeAlias = Callable[[Session, Message, Workers], None]
