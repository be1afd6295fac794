"""What a house is made of: layers, files, doors, and the departures from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# The layers inside a folder, top to bottom. A file imports what is below it, and no other file of its own line.
LAYERS = (
    "routes | consumers | hot",
    "service",
    "recording | responses",
    "access | repository",
    "models",
    "lifecycle | rules",
    "schemas | events | errors | metrics",
)
PAGE_LAYERS = ("route", "view")
ROOT_FILES = ("__init__", "target", "app", "settings", "tables", "fields", "events")
ROOT_FOLDERS = ("migrations", "data")
# What an entity needs that has a topic.
ENTITY_FILES = ("models", "events", "service", "repository", "routes", "schemas")
# Files that a census does without.
CENSUS_WITHOUT = {
    "census.models": "its one row and what is written into it are the library's, as the log is",
    "census.routes": "the clock asks for a census, and its event is the answer",
    "census.schemas": "the clock asks for a census, and its event is the answer",
}
# A folder is entered from another one through these. Routes name the errors of lower folders too: each declares every
# refusal that its use case can answer with.
DOORS = ("service", "access", "models")


@dataclass(frozen=True)
class Idea:
    """A file of a folder that is named after an idea of the domain; it stands at the layer of the file `layer`."""

    layer: str
    why: str


@dataclass(frozen=True)
class House:
    """One service. Each mapping is an exemption: what departs, and why."""

    service: str
    # Folders from top to bottom. `a | b`: these do not import each other.
    order: tuple[str, ...]
    # Folders that are no entity with a topic.
    folders: Mapping[str, str] = field(default_factory=dict)
    # Folders whose files are named after their own ideas; only files with a layer's name are held to the layers.
    parts: Mapping[str, str] = field(default_factory=dict)
    ideas: Mapping[str, Idea] = field(default_factory=dict)
    # Files at the root beside `ROOT_FILES`. They belong to the wiring, unless `order` gives them a place.
    root: Mapping[str, str] = field(default_factory=dict)
    # Files of `ENTITY_FILES` that an entity does without: `directive.routes`.
    without: Mapping[str, str] = field(default_factory=dict)
    # Imports against a rule, `importer -> imported`: modules or folders, or a library on the right.
    arrows: Mapping[str, str] = field(default_factory=dict)
    layers: tuple[str, ...] = LAYERS
    # How many names the path of a folder has, by its first one; otherwise one.
    depth: Mapping[str, int] = field(default_factory=dict)

    @property
    def package(self) -> str:
        return self.service.replace("-", "_")
