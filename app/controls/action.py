"""What is done for one kind of message."""

from collections.abc import Callable
from typing import TypeAlias

from app.jobs import Workers
from app.stage.messages import Message
from app.state import Bench

Action: TypeAlias = Callable[[Bench, Message, Workers], None]
