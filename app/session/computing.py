"""Long computations of the pages, in the worker threads that all sessions share.

A page asks the desk of its session for a result. What takes hundredths of a second is computed at
once. What takes longer is done by the workers, in slices between those of the trainings, and the
page shows how far it is. Sessions that ask for the same result share one computation. A session has
one computation at a time: asking for another gives up the one before, so that a reader who moves a
slider computes for the last position only. A computation that nobody waits for any more ends.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

from app.session import closing, state
from app.session.jobs import SLICE, Workers
from nbn_core.errors import NBNError
from nbn_core.experiment.byte_cache import ByteCache
from nbn_core.gradual import Gradual, complete, in_one_part

Value = TypeVar("Value")
QUICK: Final = 0.05  # seconds that a result may take in the thread of a page
PROMPT: Final = 0.4  # seconds that a page waits before it shows that something is being computed
UNASKED: Final = 20.0  # seconds above which nothing is computed before the reader asks for it
_LOG: Final = logging.getLogger(__name__)


class Computation:
    """One result on its way: computed by a worker, awaited by the desks of sessions.

    Parameters
    ----------
    work : callable
        Begins the computation.
    keep : callable
        Called with the result.
    forget : callable
        Called with the computation when it has ended.
    """

    def __init__(
        self,
        work: Callable[[], Gradual[Any]],
        keep: Callable[[Any], object],
        forget: Callable[[Computation], object],
    ) -> None:
        self.fraction = 0.0
        self.began: float | None = None  # time.monotonic() of the first slice
        self.value: Any = None
        self.error: NBNError | None = None
        self._begin, self._keep, self._forget = work, keep, forget
        self._work: Gradual[Any] | None = None
        self._desks: set[Desk] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.given_up = False

    @property
    def ended(self) -> bool:
        """Whether there is a result or an error, or it was given up."""
        return self._ended.is_set()

    @property
    def seconds_left(self) -> float | None:
        """Estimated seconds to the end; None as long as there is no estimate."""
        if self.began is None or self.fraction < 0.02:
            return None
        return (time.monotonic() - self.began) * (1.0 / self.fraction - 1.0)

    def wait(self, seconds: float | None) -> bool:
        """Wait up to `seconds`, or as long as it takes; return whether it has ended."""
        return self._ended.wait(seconds)

    def join(self, desk: Desk) -> bool:
        """Let a desk wait for it; return False if it was given up already."""
        with self._lock:
            if self.given_up:
                return False
            self._desks.add(desk)
            return True

    def leave(self, desk: Desk) -> None:
        """Let a desk no longer wait for it; without any desk it is given up."""
        with self._lock:
            self._desks.discard(desk)

    def slice(self) -> bool:
        """Compute for one slice, in a worker; return whether there is more to do."""
        with self._lock:
            self.given_up = not self._desks
        if self.given_up:
            return self._end()
        until = time.monotonic() + SLICE
        try:
            if self._work is None:
                self.began, self._work = time.monotonic(), self._begin()
            while time.monotonic() < until:
                self.fraction = next(self._work)
            return True
        except StopIteration as end:
            self.value = end.value
            self._keep(end.value)
        except NBNError as error:
            self.error = error
        except Exception:
            _LOG.exception("A computation failed")
            self.error = NBNError(
                "This computation failed inside the program: the log of the server has the reason."
            )
        return self._end()

    def _end(self) -> bool:
        self._ended.set()
        self._forget(self)
        return False


class Unready(Exception):
    """A result is not there yet: what it is, and how far.

    Parameters
    ----------
    what : str
        What is computed, as in "the exact Hessian".
    key : hashable
        Identifies the result.
    seconds : float
        About how long it takes on an idle server.
    computation : Computation or None
        The computation; None if the reader has stopped it, or must ask for it first.
    """

    def __init__(
        self, what: str, key: Hashable, seconds: float, computation: Computation | None
    ) -> None:
        super().__init__(f"{what} is not computed yet")
        self.what, self.key, self.seconds, self.computation = what, key, seconds, computation


class Desk:
    """What one session has asked for.

    Parameters
    ----------
    workers : callable
        Returns the worker threads.
    """

    def __init__(self, workers: Callable[[], Workers]) -> None:
        self.patience = PROMPT
        self._workers = workers
        self._lock = threading.Lock()
        self._current: tuple[Hashable, Computation] | None = None
        self._held: dict[Hashable, Any] = {}
        self._stopped: set[Hashable] = set()
        self._asked: set[Hashable] = set()

    def get(
        self, cache: ByteCache, key: Hashable, prepare: Callable[[], Callable[[], Gradual[Value]]],
        seconds: float, what: str,
    ) -> Value:  # fmt: skip
        """Return a result from a cache, or compute it.

        Parameters
        ----------
        cache : ByteCache
            Where results are looked for and kept.
        key : hashable
            Identifies the result.
        prepare : callable
            Called if there is no result: collects what the computation needs, which may be other
            results, and returns the callable that begins it.
        seconds : float
            About how long it takes on an idle server.
        what : str
            What it is, as in "the exact Hessian".

        Raises
        ------
        Unready
            If it is not there yet.
        NBNError
            If it cannot be computed.
        """
        value: Value | None = self._held.get(key)
        if value is None:
            value = cache.known(key)
        if value is not None:
            return value
        work = prepare()
        if seconds <= QUICK:
            return cache.get(key, lambda: complete(work()))
        if key in self._stopped or (seconds > UNASKED and key not in self._asked):
            raise Unready(what, key, seconds, None)
        computation = self._computation(cache, key, work)
        if not computation.wait(self.patience) or computation.given_up:
            raise Unready(what, key, seconds, computation)
        if computation.error is not None:
            raise computation.error
        # Other sessions may push it out of the cache before this page has shown it.
        self._held[key] = computation.value
        result: Value = computation.value
        return result

    def _computation(
        self, cache: ByteCache, key: Hashable, work: Callable[[], Gradual[Any]]
    ) -> Computation:
        with self._lock:
            if self._current is not None:
                known, computation = self._current
                if known == key and not computation.given_up:
                    return computation
                computation.leave(self)
            computation = _shared(cache, key, work, self, self._workers())
            self._current = key, computation
            return computation

    def ask(self, key: Hashable) -> None:
        """Compute this result, although it takes long or was stopped."""
        self._stopped.discard(key)
        self._asked.add(key)

    def stop(self, key: Hashable) -> None:
        """Stop waiting for a result, which is then computed only when it is asked for."""
        self._stopped.add(key)
        self.leave()

    def leave(self) -> None:
        """Give up the current computation, for example because the tab was closed."""
        with self._lock:
            if self._current is not None:
                self._current[1].leave(self)
                self._current = None

    def shown(self) -> None:
        """Note that the page has shown all results: they need not be held any longer."""
        self._held.clear()
        with self._lock:
            if self._current is not None and self._current[1].ended:
                self._current = None


_under_way: dict[tuple[int, Hashable], Computation] = {}
_lock = threading.Lock()


def _shared(
    cache: ByteCache, key: Hashable, work: Callable[[], Gradual[Any]], desk: Desk, workers: Workers
) -> Computation:
    """Return the computation of a result that is under way, or start one."""
    place = id(cache), key

    def forget(ended: Computation) -> None:
        with _lock:
            if _under_way.get(place) is ended:
                del _under_way[place]

    with _lock:
        computation = _under_way.get(place)
        if computation is not None and computation.join(desk):
            return computation
        computation = Computation(work, lambda value: cache.keep(key, value), forget)
        computation.join(desk)
        _under_way[place] = computation
    workers.submit(computation)
    return computation


def in_worker(workers: Workers, compute: Callable[[], Value]) -> Value:
    """Compute in a worker thread, and wait for it: for files, which are made on request.

    Parameters
    ----------
    workers : Workers
        The worker threads.
    compute : callable
        Returns the result.

    Raises
    ------
    NBNError
        If it cannot be computed.
    """
    computation = Computation(lambda: in_one_part(compute), lambda value: None, lambda ended: None)
    computation.join(Desk(lambda: workers))
    workers.submit(computation)
    computation.wait(None)
    if computation.error is not None:
        raise computation.error
    result: Value = computation.value
    return result


def desk(workers: Callable[[], Workers]) -> Desk:
    """Return the desk of this session; a closed tab gives up what it waits for."""
    kept = state.kept("desk", lambda: Desk(workers))
    closing.stop_when_closed("desk", kept.leave)
    return kept
