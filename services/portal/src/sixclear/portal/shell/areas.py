"""Areas and pages. An area is for whom its pages are: who may read them, what caches may keep, what the menu shows."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from sixclear.common.web.access import Access, RuledRoute

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the menu; `label` is marked for the catalogues."""

    path: str
    label: str


@dataclass(frozen=True, slots=True)
class Area:
    """Pages for the same people; their folder has its `name`.

    `cache_control` is what caches are told of a page that holds nothing of one visitor alone.
    """

    name: str
    access: Access
    cache_control: str
    menu: Sequence[MenuItem]

    def page(self, name: str, *, reads: Sequence[str] = (), styles: Sequence[str] = (), framed: bool = False) -> "Page":
        """The page in the folder `name`, the parameters of an address that it `reads`, and its own `styles`.

        A `framed` one may stand in a page of another site.
        """
        return Page(self, name, tuple(reads), tuple(styles), framed)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: the folder `name` of its area, with its routes, templates and script.

    `reads` are the parameters of its address. Others, such as those that social networks append, are ignored, and no
    link on the page carries them on. `styles` are those that only some pages load, beside those of every page.
    A `framed` one stands in a frame of another site's page: no menu, no cookie, and links open outside of the frame.
    """

    area: Area
    name: str
    reads: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    framed: bool = False
    routes: list[BaseRoute] = field(default_factory=list)

    def get(self, path: str) -> Callable[[Endpoint], Endpoint]:
        """Answers GET at `path` under the area's rule."""
        return self._at(path, None)

    def post(self, path: str) -> Callable[[Endpoint], Endpoint]:
        """Answers POST at `path` under the area's rule."""
        return self._at(path, ["POST"])

    @property
    def folder(self) -> str:
        """The folder among all pages."""
        return f"{self.area.name}/{self.name}"

    def _at(self, path: str, methods: list[str] | None) -> Callable[[Endpoint], Endpoint]:
        def add(endpoint: Endpoint) -> Endpoint:
            self.routes.append(RuledRoute(path, endpoint, access=self.area.access, methods=methods))
            return endpoint

        return add
