"""Rendering in the reader's language. A page's templates are in its folder, shared ones in `shell/templates`."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sixclear.common.web.etags import not_modified
from sixclear.portal.shell.addresses import address
from sixclear.portal.shell.areas import Page
from sixclear.portal.shell.assets import Assets
from sixclear.portal.shell.bars import BUCKETS
from sixclear.portal.shell.chosen_language import language_of, remember
from sixclear.portal.shell.fragments import Fragments
from sixclear.portal.shell.isolation import isolated, shown
from sixclear.portal.shell.packing import FOR_PAGES, packed_page, packing_of, refuses_plain
from sixclear.portal.upstream.tasks import Bucket
from sixclear.portal.words.formats import Formatter
from sixclear.portal.words.languages import NAMES, Language
from sixclear.portal.words.sentences import Words

_PACKAGE = "sixclear.portal"
_PACK_FROM_BYTES = 1_024


@dataclass(frozen=True, slots=True)
class Globals:
    """What every template may use."""

    lang: Language
    fmt: Formatter
    words: Words
    asset: Callable[[str], str]
    address: Callable[[str, Mapping[str, object]], str]
    language_names: Mapping[str, str]
    buckets: tuple[Bucket, ...]
    isolated: Callable[[str], Markup]
    kept: Callable[..., Markup]


@dataclass(frozen=True, slots=True)
class Frame:
    """What the template around each page needs, beside the page's own `view`."""

    view: object
    page: Page
    script: str | None
    path: str
    query: list[tuple[str, str]]
    private: bool
    kept_at: str | None
    action: str | None


class Pages:
    """Renders templates; one environment per language, made when a reader first asks for it."""

    def __init__(self, assets: Assets) -> None:
        self.assets = assets
        self._fragments = Fragments()
        self._environments: dict[str, Environment] = {}

    def answer(
        self,
        request: Request,
        page: Page,
        view: object,
        *,
        template: str = "page",
        status: int = 200,
        private: bool = False,
        kept_at: str | None = None,
    ) -> Response:
        """`{template}.html` of a page as an answer.

        A `private` one is kept nowhere, not compressed, and has no entity tag: it may hold a receipt code. Any other
        has one of its bytes, and is 304 for a browser that has them. What cannot be had again stands
        in its form `kept`: another language is asked for by sending that form to `kept_at`, never by an address.
        A framed page sets no cookie, so that form sends its language along.
        """
        chosen = language_of(request, framed=page.framed)
        frame = Frame(
            view=view,
            page=page,
            script=self.assets.url_of_script(page.folder),
            path=request.scope["path"],
            query=[(name, request.query_params[name]) for name in page.reads if name in request.query_params],
            private=private,
            kept_at=kept_at,
            action=address(kept_at, {"lang": chosen.code}) if kept_at and page.framed else kept_at,
        )
        found = self._environment(chosen).get_template(f"{page.folder}/{template}.html")
        response: Response = HTMLResponse(found.render(_values(frame)), status)
        if not private:
            response = _kept_or_packed(request, response)
        response.headers["Content-Language"] = chosen.code
        response.headers["Vary"] = "Accept-Language, Cookie, Accept-Encoding"
        response.headers["Cache-Control"] = "no-store" if private else page.area.cache_control
        if not page.framed:
            remember(request, response, request.query_params.get("lang"))
        return response

    def _environment(self, chosen: Language) -> Environment:
        if (known := self._environments.get(chosen.code)) is None:
            known = self._environments[chosen.code] = _environment(chosen, self.assets, self._fragments)
        return known


def _kept_or_packed(request: Request, response: Response) -> Response:
    """`response` with a tag of its bytes, packed as the browser likes it, or 304 where it has them already."""
    body = bytes(response.body)
    packing = packing_of(request, FOR_PAGES) if len(body) >= _PACK_FROM_BYTES or refuses_plain(request) else None
    # A strong tag is of the bytes as they are sent, so each packing has its own.
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}-{packing or "plain"}"'
    if response.status_code == 200 and not_modified(request, tag):
        return Response(status_code=304, headers={"ETag": tag})
    if packing is not None:
        response.body = packed_page(body, packing)
        response.headers["Content-Encoding"] = packing
        response.headers["Content-Length"] = str(len(response.body))
    if response.status_code == 200:
        response.headers["ETag"] = tag
    return response


def _environment(chosen: Language, assets: Assets, fragments: Fragments) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(_PACKAGE, "pages"), PackageLoader(_PACKAGE, "shell/templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(chosen.translations, newstyle=True)  # type: ignore[attr-defined]
    tools = Globals(
        lang=chosen,
        fmt=chosen.formats,
        words=Words(chosen),
        asset=assets.url,
        address=address,
        language_names=NAMES,
        buckets=BUCKETS,
        isolated=lambda text: isolated(text, chosen.direction),
        kept=fragments.of(chosen.code),
    )
    environment.globals.update(_values(tools))
    return environment


def _values(found: Globals | Frame) -> dict[str, object]:
    return {field.name: getattr(found, field.name) for field in fields(found)}
