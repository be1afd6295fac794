"""What all clients of a broker share: one error, and a bound on how much the client library may log."""

import logging
import time


class KafkaFailed(Exception):
    """The broker did not do what it was asked; whoever asked rebuilds the client and tries again."""


class _RateLimit(logging.Filter):
    """At most a few records of one kind in ten seconds: a missing topic makes aiokafka log 10,000 lines a second."""

    _at_most = 3
    _seconds = 10.0

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this record may pass."""
        kind = f"{record.name}:{record.lineno}"
        since, count = self._seen.get(kind, (0.0, 0))
        now = time.monotonic()
        if now - since > self._seconds:
            since, count = now, 0
        self._seen[kind] = (since, count + 1)
        return count < self._at_most


def limit_client_logs() -> None:
    """Bound what aiokafka logs; a second call changes nothing."""
    for name, logger in list(logging.root.manager.loggerDict.items()):
        known = isinstance(logger, logging.Logger) and (name == "aiokafka" or name.startswith("aiokafka."))
        if known and not any(isinstance(one, _RateLimit) for one in logging.getLogger(name).filters):
            logging.getLogger(name).addFilter(_RateLimit())
