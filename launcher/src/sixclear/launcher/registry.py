"""The services, by name; nothing of a service is imported before it is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.runtime.target import Runtime, Target
from sixclear.launcher.options import not_valid


@dataclass(frozen=True, slots=True)
class Service:
    """What the launcher knows of a service without importing it.

    `publishes` says whether it has an event log; `reads` names the services whose events it consumes, `hears` those
    whose events it consumes where they reach it and can do without.
    """

    name: str
    prefix: str
    has_database: bool = True
    publishes: bool = False
    reads: frozenset[str] = frozenset()
    hears: frozenset[str] = frozenset()

    @property
    def package(self) -> str:
        """Its Python package."""
        return f"sixclear.{self.name.replace('-', '_')}"

    @property
    def variable(self) -> str:
        """The beginning of its environment variables: `SIXCLEAR_DATA_CATALOG`."""
        return f"SIXCLEAR_{self.name.replace('-', '_').upper()}"

    @property
    def database(self) -> str:
        """The name of its database on the embedded server."""
        return f"sixclear_{self.name.replace('-', '_')}"

    def load(self) -> ModuleType:
        """Import the service."""
        return import_module(f"{self.package}.target")

    def create_target(self, runtime: Runtime) -> Target:
        """Import the service and make its target."""
        create: Callable[[Runtime], Target] = self.load().create_target
        try:
            return create(runtime)
        except ValidationError as error:
            raise not_valid(self.settings_class(), error) from None

    def settings_class(self) -> type[BaseSettings]:
        """Its settings."""
        found: type[BaseSettings] = import_module(f"{self.package}.settings").Settings
        return found


# In this order they are listed and started; consumers begin when all have started, so any order is right.
SERVICES = (
    Service("tasks", "/api/tasks", publishes=True, hears=frozenset({"feedback"})),
    Service("feedback", "/api/feedback", publishes=True, reads=frozenset({"tasks"})),
    Service("data-catalog", "/api/catalog", publishes=True, reads=frozenset({"tasks"})),
    Service("monitoring", "/api/monitoring", reads=frozenset({"tasks", "feedback", "data-catalog"})),
    Service("portal", "/", has_database=False),
)

# The services with an event log: what is relayed, replayed and raised to a new epoch.
SOURCES = tuple(service for service in SERVICES if service.publishes)


def chosen(target: str) -> Sequence[Service]:
    """The services of `--target`: `all`, a name, or names with commas; raises `CannotStart` on an unknown one."""
    if target == "all":
        return SERVICES
    known = {service.name: service for service in SERVICES}
    names = [name.strip() for name in target.split(",")]
    unknown = [name for name in names if name not in known]
    if unknown:
        reason = f"There is no target {', '.join(repr(name) for name in unknown)}."
        raise CannotStart(reason, f"Targets: all, issuer, {', '.join(known)}.")
    return [service for service in SERVICES if service.name in names]
