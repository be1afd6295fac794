"""What a visitor types into any form of the portal stands in no log, trace, header, cache or address."""

import io
import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

import httpx2
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Route
from tests.integration.feedback.canaries.kinds import KINDS, forms, traces
from tests.integration.feedback.canaries.places import KeptSpans, traced
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.test_form_in_steps import WRITTEN
from tests.integration.portal.upstream import Upstream

from sixclear.common.logging import configure_logging
from sixclear.common.settings import CommonSettings
from sixclear.common.telemetry import configure_telemetry

pytestmark = pytest.mark.asyncio

# In these people write what they like.
_WORDS = ("title", "text", "reason", "words")


@pytest_asyncio.fixture
async def spans() -> AsyncIterator[KeptSpans]:
    """Every span of the portal."""
    kept = KeptSpans()
    telemetry = configure_telemetry("portal", CommonSettings(trace_ratio=1.0), kept)
    yield kept
    await telemetry.shutdown()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Every line that the process logs."""
    stream = io.StringIO()
    configure_logging(CommonSettings(log_level="DEBUG"), stream=stream)
    yield stream
    configure_logging(CommonSettings())


def posts(app: Starlette) -> list[str]:
    """Every address that takes a form."""
    routes = [route for route in app.routes if isinstance(route, Route)]
    return sorted({route.path for route in routes if "POST" in (route.methods or ())})


async def fields(browser: httpx2.AsyncClient) -> dict[str, str]:
    """Every field of every form that a sender meets, with the value that it has there."""
    pages = [await browser.get(path) for path in ("/feedback", "/feedback/mailbox", "/verify", "/log")]
    pages.append(await browser.post("/feedback/mailbox", data={"receipt_code": RECEIPT}))
    pages.append(await browser.post("/feedback/sent", data=WRITTEN))
    assert [page.status_code for page in pages] == [200] * len(pages)
    tags = [tag for page in pages for tag in re.findall(r"<(?:input|textarea|select|button)\b[^>]*>", page.text)]
    named = [(re.search(r'\bname="([^"]+)"', tag), re.search(r'\bvalue="([^"]*)"', tag)) for tag in tags]
    return {name[1]: value[1] if value else "" for name, value in named if name}


async def test_what_is_typed_stays_in_the_form(
    app: Starlette, browser: httpx2.AsyncClient, upstream: Upstream, spans: KeptSpans, log: io.StringIO
) -> None:
    known = await fields(browser)
    assert {"title", "text", "contact", "receipt_code", "form_key"} <= known.keys()
    addresses, answers = posts(app), []
    assert {"/feedback/sent", "/feedback/mailbox"} <= set(addresses)
    kinds = list(KINDS.values())
    for first in range(0, len(kinds), 3):
        some = kinds[first : first + 3]
        said = " ; ".join(some)
        everywhere = dict.fromkeys(known, said)
        typed = {name: " ; ".join(form for one in some for form in forms(one)) for name in _WORDS}
        typed |= {"title": said, "contact": some[0]}
        for address in addresses:
            for body in (everywhere, known | typed, known | typed | {"receipt_code": RECEIPT}, WRITTEN | typed):
                answers.append(await browser.post(address, data=body))
        for path in (f"/{said}", f"/feedback/{said}", f"/feedback?{said}={said}", f"/feedback/mailbox?code={said}"):
            headers = {name: quote(said) for name in ("referer", "user-agent", "accept-language")}
            answers.append(await browser.get(quote(path, safe="/?=&"), headers=headers))
    upstream.away.add("feedback")
    answers.extend([await browser.post(address, data=known | typed) for address in addresses])

    assert {answer.status_code for answer in answers if answer.status_code >= 500} <= {502, 503}
    found = {"logs": log.getvalue(), "traces": traced(spans)}
    found["headers"] = "\n".join({f"{name}: {value}" for one in answers for name, value in one.headers.items()})
    cached = {one.text for one in answers if "no-store" not in one.headers.get("cache-control", "")}
    found["caches"] = "\n".join(cached)
    assert {place: kinds for place, text in found.items() for kinds in [traces(text, *KINDS)] if kinds} == {}
    assert "/feedback/sent" in found["traces"]
    # It is there where it belongs: in the form that is shown again, and in what the service was sent.
    assert traces("\n".join({one.text for one in answers} - cached), *KINDS) == list(KINDS)
