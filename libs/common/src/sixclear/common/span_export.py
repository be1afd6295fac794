"""Spans over OTLP/HTTP: to any collector as `OTEL_…` says, to monitoring's store with the process's own token."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from requests.auth import AuthBase

from sixclear.common.auth.own_token import OwnToken
from sixclear.common.settings import CommonSettings
from sixclear.common.trace_variables import collector

_BEARER = "Bearer "


def span_exporter(settings: CommonSettings, token: OwnToken | None) -> SpanExporter | None:
    """The exporter that `OTEL_EXPORTER_OTLP_ENDPOINT` (or its traces form) asks for; None when neither is set.

    The own token goes to monitoring only, where `SIXCLEAR_STREAMS_URL` is too: a collector of somebody else gets none.
    """
    if (endpoint := collector()) is None:
        return None
    if token is None or not token.configured or not _same_place(endpoint, settings.streams_url):
        return OTLPSpanExporter()
    session = requests.Session()
    session.auth = _Own(token)
    return _OwnTokenExporter(token, session=session)


def _same_place(one: str, other: str | None) -> bool:
    try:
        first, second = urlsplit(one), urlsplit(other or "")
        return (first.scheme, first.hostname, first.port) == (second.scheme, second.hostname, second.port)
    except ValueError:
        return False


class _Own(AuthBase):
    """Writes the token of the moment into a request, unless `OTEL_EXPORTER_OTLP_HEADERS` gave one."""

    def __init__(self, token: OwnToken) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        value = self._token.value
        if value is not None and "Authorization" not in request.headers:
            request.headers["Authorization"] = _BEARER + value
            request.register_hook("response", self._heard)
        return request

    def _heard(self, answer: requests.Response, *_: Any, **__: Any) -> None:
        if answer.status_code == 401:
            self._token.refused(str(answer.request.headers["Authorization"]).removeprefix(_BEARER))


class _OwnTokenExporter(OTLPSpanExporter):
    """Drops spans while there is no token: they are not worth a refusal and a line in the log for each batch."""

    def __init__(self, token: OwnToken, *, session: requests.Session) -> None:
        super().__init__(session=session)
        self._token = token

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send `spans`, or drop them."""
        if self._token.value is None:
            return SpanExportResult.FAILURE
        return super().export(spans)
