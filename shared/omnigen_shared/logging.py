"""JSON log lines on stdout: a constant snake_case event, key-values, and what is bound to the request."""

import asyncio
import atexit
import logging
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Final, TextIO

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from omnigen_shared.tracing import current_trace_id

SECRET_NAMES = frozenset({"authorization", "cookie", "set-cookie", "token", "password", "secret", "private_key"})


HOLD_S: Final = 0.05
"""What a process that is killed may not have told of its last requests; its warnings and errors it has."""


class Lines:
    """A logger at the end of structlog's chain: what happens all the time is written a little later, lines together.

    A write costs more than the rest of a line. Warnings and errors go at once, and take along what is held; without an
    event loop nothing is held.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._held: deque[str] = deque()
        self._is_due = False
        self._lock = threading.Lock()

    def info(self, line: str) -> None:
        self._held.append(line)
        if self._is_due:
            return
        try:
            asyncio.get_running_loop().call_later(HOLD_S, self.write)
        except RuntimeError:
            self.write()
        else:
            self._is_due = True

    def warning(self, line: str) -> None:
        self._held.append(line)
        self.write()

    debug = info
    error = critical = warning

    def write(self) -> None:
        """Write what is held. Other threads may add to it meanwhile, and write themselves."""
        with self._lock:
            self._is_due, lines = False, []
            while self._held:
                lines.append(f"{self._held.popleft()}\n")
            self._file.write("".join(lines))
            self._file.flush()


def redact_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A last line of defence: a key that names a secret never shows its value."""
    if SECRET_NAMES.isdisjoint(map(str.lower, event)):
        return event
    return {key: "[redacted]" if key.lower() in SECRET_NAMES else value for key, value in event.items()}


def add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Which trace the line belongs to, sampled or not; a line may name another one itself."""
    if "trace_id" not in event and (trace_id := current_trace_id()) is not None:
        event["trace_id"] = trace_id
    return event


def configure_logging(unit: str, level: str = "INFO", *, holds_lines: bool = False) -> None:
    """Call once, at an entry point. Libraries that log through stdlib are shown from WARNING up.

    `holds_lines` is for who serves many requests, and is never stopped between them: see Lines.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            add_trace,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact_secrets,
            structlog.processors.JSONRenderer(serializer=lambda value, **_: orjson.dumps(value, default=str).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=_hold_lines(sys.stdout) if holds_lines else structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(unit=unit)
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")


def _hold_lines(file: TextIO) -> Callable[..., Lines]:
    lines = Lines(file)
    atexit.register(lines.write)
    return lambda *_: lines
