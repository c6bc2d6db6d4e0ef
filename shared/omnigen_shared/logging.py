"""JSON log lines on stdout: a constant snake_case event, key-values, and what is bound to the request."""

import logging
import sys

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from omnigen_shared.tracing import current_trace_id

SECRET_NAMES = frozenset({"authorization", "cookie", "set-cookie", "token", "password", "secret", "private_key"})


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


def configure_logging(unit: str, level: str = "INFO") -> None:
    """Call once, at an entry point. Libraries that log through stdlib are shown from WARNING up."""
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
        # Its lines are one call of the kernel each, where `print` makes two if stdout is not buffered.
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(unit=unit)
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
