"""Shared by all tests: no leaked settings, real servers on demand."""

import os

pytest_plugins = ["sixclear.common.testing.postgres", "sixclear.common.testing.kafka"]

for name in [name for name in os.environ if name.startswith(("SIXCLEAR_", "OTEL_"))]:
    if name != "SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS":
        del os.environ[name]
