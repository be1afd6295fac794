"""Pages: Jinja templates in the reader's language."""

import gzip
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sixclear.portal import tiles, words
from sixclear.portal.assets import Assets
from sixclear.portal.figures import BUCKETS
from sixclear.portal.languages import COOKIE, NAMES, Language, choose, language

_YEAR_SECONDS = 31_536_000
_PACK_FROM_BYTES = 1_024


def content_security_policy(stream_origin: str | None) -> str:
    """What a page may load: its own files, and the live figures from `stream_origin` when that is another one."""
    connect = f"'self' {stream_origin}" if stream_origin else "'self'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
        f"connect-src {connect}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


class Pages:
    """Renders templates; one environment per language, made once."""

    def __init__(self, assets: Assets) -> None:
        self.assets = assets
        self._environments = {code: _environment(language(code), assets) for code in NAMES}

    def render(self, chosen: Language, name: str, context: Mapping[str, Any]) -> str:
        """The text of `templates/pages/{name}.html`."""
        return self._environments[chosen.code].get_template(f"pages/{name}.html").render(context)

    def answer(
        self,
        request: Request,
        name: str,
        context: Mapping[str, Any],
        *,
        status: int = 200,
        private: bool = False,
    ) -> Response:
        """A page as an answer. A `private` one is kept nowhere and not compressed: it may hold a receipt code."""
        chosen = language_of(request)
        query = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
        text = self.render(chosen, name, {"path": request.scope["path"], "query": query, "private": private, **context})
        response = HTMLResponse(text, status)
        response.headers["Content-Language"] = chosen.code
        response.headers["Vary"] = "Accept-Language, Cookie, Accept-Encoding"
        response.headers["Cache-Control"] = "no-store" if private else "private, no-cache"
        if not private:
            _pack(request, response)
        if request.query_params.get("lang") in NAMES:
            remember(response, chosen.code, secure=request.scope["scheme"] == "https")
        return response


def language_of(request: Request) -> Language:
    """The language of a request."""
    return choose(request.query_params.get("lang"), request.cookies.get(COOKIE), request.headers.get("accept-language"))


def remember(response: Response, code: str, *, secure: bool) -> None:
    """Makes the browser remember a language; the cookie says nothing else."""
    response.set_cookie(COOKIE, code, max_age=_YEAR_SECONDS, httponly=True, samesite="lax", secure=secure, path="/")


def address(path: str, parameters: Mapping[str, object]) -> str:
    """`path` with those parameters that have a value.

    One mapping, never keywords: a visitor chooses the names, and Jinja and Python have names of their own.
    """
    query = urlencode({key: str(value) for key, value in parameters.items() if value not in (None, "")})
    return f"{path}?{query}" if query else path


def _pack(request: Request, response: HTMLResponse) -> None:
    body = bytes(response.body)
    if len(body) < _PACK_FROM_BYTES or "gzip" not in request.headers.get("accept-encoding", ""):
        return
    response.body = gzip.compress(body, 5, mtime=0)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.body))


def _environment(chosen: Language, assets: Assets) -> Environment:
    environment = Environment(
        loader=PackageLoader("sixclear.portal", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(chosen.translations, newstyle=True)  # type: ignore[attr-defined]
    chosen_words = words.Words(chosen)
    environment.filters.update(
        slug_option=lambda record: (record.slug, chosen_words.name(record), chosen_words.language_of_name(record)),
        organisation_option=lambda unit: (
            unit.organisation_id,
            chosen_words.name(unit),
            chosen_words.language_of_name(unit),
        ),
        stage_option=lambda stage: (stage, chosen_words.stage(stage), chosen.code),
        word_option=lambda code, vocabulary: (code, chosen_words.of(vocabulary, code), chosen.code),
    )
    environment.globals.update(
        lang=chosen,
        fmt=chosen.formats,
        words=chosen_words,
        vocabulary=words,
        language_names=NAMES,
        buckets=BUCKETS,
        asset=assets.url,
        address=address,
        tile_insets=tiles.INSETS,
    )
    return environment
