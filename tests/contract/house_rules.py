"""The rules of the house, as functions of a tree of files: each returns what is wrong with it, in sentences."""

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.contract.house_words import DOORS, ENTITY_FILES, PAGE_LAYERS, ROOT_FILES, ROOT_FOLDERS, House

HTTP = ("fastapi", "starlette")
SQL = ("sqlalchemy", "asyncpg")
METRICS = ("prometheus_client",)
# A session passes through use cases; they name its type and send no statement with it.
SESSION = "sqlalchemy.ext.asyncio.AsyncSession"
_SPEAK_HTTP = ("target", "app", "routes", "hot", "route")
_SPEAK_SQL = ("tables", "models", "repository")
_NO_SESSION = ("app", "settings", "fields", "routes", "schemas", "events", "errors", "metrics", "route", "view")
_WIRING = ("target", "app", "events")
_LOWEST = ("settings", "tables", "fields")


@dataclass(frozen=True)
class Module:
    """A file of a service: `task.service.extend` is in the folder `task`, at the layer of its file `service`."""

    name: str
    folder: str
    file: str

    @property
    def at_root(self) -> bool:
        return not self.folder


def modules(package: Path, house: House) -> list[Module]:
    """The Python files of a service's package; migrations are left out."""
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        if parts[0] in ROOT_FOLDERS:
            continue
        deep = min(house.depth.get(parts[0], 1), len(parts) - 1)
        name = ".".join(parts).removesuffix(".__init__")
        found.append(Module(name, ".".join(parts[:deep]), parts[deep]))
    return found


# Files


def wrong_files(package: Path, house: House, entity_types: Collection[str]) -> list[str]:
    """What is wrong with the names of the files and folders of a service."""
    found = modules(package, house)
    named = {module.folder for module in found if module.folder}
    return [
        *_wrong_root(package, house, entity_types),
        *_wrong_names(house, found),
        *_missing(house, found, entity_types),
        *(f"{name}: give the folder a place in `order`" for name in sorted(named) if _place(house, name) is None),
        *_without_need(house, package, found, entity_types),
    ]


def _wrong_root(package: Path, house: House, entity_types: Collection[str]) -> Iterator[str]:
    for path in sorted(package.iterdir()):
        if path.is_dir() and path.name != "__pycache__":
            known = {*ROOT_FOLDERS, *entity_types, *house.folders, *house.parts}
            if path.name not in known:
                yield f"{path.name}/: a folder is an entity type of the catalogue, or listed with a reason"
        elif path.suffix == ".py" and path.stem not in {*ROOT_FILES, *house.root}:
            yield f"{path.name}: move it into the folder of its entity; the root is wiring"


def _wrong_names(house: House, found: Sequence[Module]) -> Iterator[str]:
    closed = {"__init__", *_names(house.layers)}
    for module in found:
        free = module.at_root or module.folder in house.parts
        if not free and module.file not in closed and _idea(house, module) is None:
            yield f"{module.name}: `{module.file}` is no file of a folder; name the idea in `ideas`, with a reason"
        elif not free and "." in _inside(module) and module.file != "service":
            yield f"{module.name}: only `service` becomes a package of verbs"


def _missing(house: House, found: Sequence[Module], entity_types: Collection[str]) -> Iterator[str]:
    for entity_type in sorted(entity_types):
        files = {module.file for module in found if module.folder == entity_type}
        for name in ENTITY_FILES:
            if name not in files and f"{entity_type}.{name}" not in house.without:
                yield f"{entity_type}: has a topic and no `{name}`"


def _without_need(house: House, package: Path, found: Sequence[Module], entity_types: Collection[str]) -> Iterator[str]:
    tops = {path.name for path in package.iterdir() if path.is_dir()}
    folders = {module.folder for module in found}
    names = {module.name for module in found} | {f"{module.folder}.{module.file}" for module in found}
    unneeded: dict[str, list[str]] = {
        "folders": [name for name in house.folders if name not in tops or name in entity_types],
        "parts": [name for name in house.parts if name not in tops],
        "ideas": [name for name in house.ideas if name not in names],
        "root": [name for name in house.root if name not in names],
        "without": [name for name in house.without if name in names],
        "order": [name for name in _names(house.order) if name not in {*tops, *folders, *house.root}],
    }
    for table, entries in unneeded.items():
        yield from (f"{name}: is no longer needed in `{table}`" for name in entries)


# Arrows


@dataclass(frozen=True)
class Arrow:
    """An import: of another module of the service, or of a library's name."""

    source: Module
    target: Module | None
    imported: str


def wrong_arrows(package: Path, house: House) -> list[str]:
    """What is wrong with the imports of a service; the exemptions of `house.arrows` are taken off."""
    wrong = [
        (arrow, why) for arrow in arrows(package, house) for rule in _RULES if (why := rule(house, arrow)) is not None
    ]
    used = {key for arrow, _ in wrong for key in house.arrows if _exempts(key, arrow)}
    said = [
        f"{arrow.source.name} -> {arrow.imported}: {why}"
        for arrow, why in wrong
        if not any(_exempts(key, arrow) for key in used)
    ]
    return [
        *dict.fromkeys(said),
        *(f"{key}: is no longer needed in `arrows`" for key in house.arrows if key not in used),
    ]


def arrows(package: Path, house: House) -> Iterator[Arrow]:
    """Every import of the service's files, inside functions and for types too."""
    found = modules(package, house)
    known = {module.name: module for module in found}
    prefix = f"sixclear.{house.package}"
    for module in found:
        path = package / (module.name.replace(".", "/") if module.name != "__init__" else "")
        text = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")
        for name in _imported(ast.parse(text)):
            if name == prefix or name.startswith(f"{prefix}."):
                target = _module_of(name.removeprefix(prefix).removeprefix("."), known)
                if target is not None and target != module:
                    yield Arrow(module, target, target.name)
            else:
                yield Arrow(module, None, name)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module_of(name: str, known: Mapping[str, Module]) -> Module | None:
    """The module that holds a name; None for the service's package itself."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return known.get(name)


def _exempts(key: str, arrow: Arrow) -> bool:
    source, _, target = key.partition(" -> ")
    return _within(arrow.source.name, source) and _within(arrow.imported, target)


def _within(name: str, outer: str) -> bool:
    return name == outer or name.startswith(f"{outer}.")


def _inside_a_folder(house: House, arrow: Arrow) -> str | None:
    target = arrow.target
    if target is None or arrow.source.folder != target.folder or arrow.source.at_root:
        return None
    return _downwards(house.layers, _layer(house, arrow.source), _layer(house, target))


def _between_folders(house: House, arrow: Arrow) -> str | None:
    source, target = arrow.source, arrow.target
    if target is None or (source.folder == target.folder and not source.at_root):
        return None
    if source.folder.startswith(f"{target.folder}.") and target.folder:
        return None
    above, below = _height(house, source), _height(house, target)
    if above is None or below is None or above < below:
        return None
    return "these do not import each other" if above == below else "a lower folder never calls up"


def _through_the_door(house: House, arrow: Arrow) -> str | None:
    source, target = arrow.source, arrow.target
    if target is None or source.at_root or target.at_root or source.folder == target.folder:
        return None
    if target.file == "errors" and _layer(house, source) == "routes":
        return None
    if target.folder in house.parts or target.file in DOORS or source.folder.startswith(f"{target.folder}."):
        return None
    return f"another folder is entered through {', '.join(DOORS)}"


def _http_in_routes(house: House, arrow: Arrow) -> str | None:
    if not _is(arrow.imported, HTTP) or _layer(house, arrow.source) in _SPEAK_HTTP:
        return None
    return "HTTP stays in routes"


def _sql_in_repositories(house: House, arrow: Arrow) -> str | None:
    layer = _layer(house, arrow.source)
    if not _is(arrow.imported, SQL) or layer in _SPEAK_SQL:
        return None
    if arrow.imported == SESSION and layer not in _NO_SESSION:
        return None
    return "SQL stays in repository, models and tables"


def _metrics_in_metrics(house: House, arrow: Arrow) -> str | None:
    if not _is(arrow.imported, METRICS) or arrow.source.file == "metrics":
        return None
    return "names of metrics stay in metrics"


_RULES: tuple[Callable[[House, Arrow], str | None], ...] = (
    _inside_a_folder,
    _between_folders,
    _through_the_door,
    _http_in_routes,
    _sql_in_repositories,
    _metrics_in_metrics,
)


def _is(imported: str, libraries: Sequence[str]) -> bool:
    return imported.partition(".")[0] in libraries


def _downwards(layers: Sequence[str], source: str, target: str) -> str | None:
    above, below = _line(layers, source), _line(layers, target)
    if above is None or below is None or source == target or above < below:
        return None
    return (
        f"`{source}` and `{target}` do not import each other" if above == below else f"`{target}` is above `{source}`"
    )


def _line(layers: Sequence[str], name: str) -> int | None:
    return next((at for at, line in enumerate(layers) if name in line.split(" | ")), None)


def _names(layers: Sequence[str]) -> list[str]:
    return [name for line in layers for name in line.split(" | ")]


def _inside(module: Module) -> str:
    return module.name.removeprefix(module.folder).removeprefix(".")


def _idea(house: House, module: Module) -> str | None:
    idea = house.ideas.get(f"{module.folder}.{module.file}")
    return None if idea is None else idea.layer


def _layer(house: House, module: Module) -> str:
    """The layer that a module stands at: that of its file, or the one that its idea names."""
    return _idea(house, module) or module.file


def _place(house: House, folder: str) -> int | None:
    """The line of `order` that a folder, or the folder around it, stands in."""
    while folder:
        if (at := _line(house.order, folder)) is not None:
            return at
        folder = folder.rpartition(".")[0]
    return None


def _height(house: House, module: Module) -> int | None:
    """How far from the top a module stands: target, app, other wiring, the folders in order, what all may import."""
    if not module.at_root:
        place = _place(house, module.folder)
        return None if place is None else place + 3
    if module.name in _LOWEST:
        return len(house.order) + 3 + (module.name != "fields")
    if (place := _line(house.order, module.name)) is not None:
        return place + 3
    return {"target": 0, "app": 1}.get(module.name, 2)


assert set(PAGE_LAYERS) <= set(_SPEAK_HTTP + _NO_SESSION), "each layer of a page has its rule"
