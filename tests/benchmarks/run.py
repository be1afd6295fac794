"""A run: its servers, which parts share, how long and how often each case is measured."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import servers
from tests.benchmarks.country import Country, country
from tests.benchmarks.servers import Postgres

from sixclear.common.runtime.kafka_server import KafkaServer


@dataclass
class Run:
    """What parts share. Kafka and the country are made when a part first asks for them."""

    folder: Path
    postgres: Postgres
    stack: AsyncExitStack
    rounds: int
    seconds: float
    tasks: int
    say: Callable[[str], None]
    _kafka: KafkaServer | None = field(default=None, init=False)
    _countries: dict[int, Country] = field(default_factory=dict, init=False)

    @property
    def home(self) -> Path:
        """The data folder of the product in this run: its issuer's key is there."""
        return self.folder / "home"

    def kafka(self) -> KafkaServer:
        """The broker; raises KafkaUnavailable with the reason."""
        if self._kafka is None:
            self.say("  starting Apache Kafka")
            self._kafka = self.stack.enter_context(servers.kafka(self.folder))
        return self._kafka

    async def country(self, tasks: int | None = None) -> Country:
        """A template database of tasks, and who reports on them; as large as the run's options say, or as asked."""
        size = tasks or self.tasks
        if size not in self._countries:
            self.say(f"  making a country of {size:,} tasks")
            self._countries[size] = await country(self.postgres, self.home, size)
        return self._countries[size]
