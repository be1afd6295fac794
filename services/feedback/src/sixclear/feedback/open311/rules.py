"""What Open311 asks and says, in its own words: questions, forms, JSON and XML. Pure: no database, no clock."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from urllib.parse import parse_qsl
from uuid import UUID
from xml.etree import ElementTree

import orjson

from sixclear.common.clock import civil_date
from sixclear.feedback.open311.errors import Open311Error

Format = Literal["json", "xml"]
MEDIA_TYPES: Mapping[Format, str] = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
# GeoReport v2: a question without days is about the newest 90, and none is about more.
SPAN = timedelta(days=90)
MOST_IDS = 50
MOST_PAGE = 200
_USUAL_PAGE, _LAST_PAGE = 50, 10_000
# Between these a day has 90 days before and after it.
_FIRST_YEAR, _LAST_YEAR = 1970, 9999
_LONGEST_DESCRIPTION, _LONGEST_TITLE = 20_000, 300
_MOST_FIELDS = 100
_ITEMS = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}
# What XML 1.0 cannot hold, whatever the encoding.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about requests. With `ids` nothing else counts, as the specification says."""

    ids: tuple[UUID, ...] | None
    services: tuple[str, ...]
    first: date
    last: date
    answered: bool | None
    page: int
    page_size: int


def asked_in(query: Mapping[str, str], today: date) -> Asked:
    """The question of a query; an empty parameter is as good as none. Raises Open311Error."""
    given = {name: value.strip() for name, value in query.items() if value.strip()}
    first, last = _span(given, today)
    states = {one.strip().lower() for one in given.get("status", "open,closed").split(",")}
    if not states <= {"open", "closed"}:
        raise Open311Error(400, "status is open, closed, or both with a comma.")
    ids = given.get("service_request_id")
    return Asked(
        ids=None if ids is None else ids_in(ids),
        services=tuple(one.strip() for one in given.get("service_code", "").split(",") if one.strip())[:MOST_IDS],
        first=first,
        last=last,
        answered=None if len(states) == 2 else states == {"closed"},
        page=_number(given, "page", 1, _LAST_PAGE),
        page_size=_number(given, "page_size", _USUAL_PAGE, MOST_PAGE),
    )


def ids_in(given: str) -> tuple[UUID, ...]:
    """The identifiers of a list with commas; those that can be none of ours are left out. Raises Open311Error."""
    parts = [part.strip() for part in given.split(",") if part.strip()]
    if len(parts) > MOST_IDS:
        raise Open311Error(400, f"Ask for {MOST_IDS} identifiers at most at once.")
    return tuple(found for part in parts if (found := _uuid(part)) is not None)


def _uuid(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


def _span(given: Mapping[str, str], today: date) -> tuple[date, date]:
    start, end = (_day(given, name) for name in ("start_date", "end_date"))
    if start is None:
        last = end or today
        return last - SPAN, last
    last = end or start + SPAN
    if last < start:
        raise Open311Error(400, "end_date is before start_date.")
    if last - start > SPAN + timedelta(days=1):
        raise Open311Error(400, "Ask for 90 days at most at once, from start_date to end_date.")
    return start, last


def _day(given: Mapping[str, str], name: str) -> date | None:
    """The civil day of a W3C date or instant; copies have days alone."""
    value = given.get(name)
    if value is None:
        return None
    try:
        if len(value) <= len("2026-11-30"):
            day = date.fromisoformat(value)
            if not _FIRST_YEAR < day.year < _LAST_YEAR:
                raise ValueError
            return day
        # A plus sign that was sent without its escape came as a blank.
        instant = datetime.fromisoformat(value.replace(" ", "+"))
        if instant.tzinfo is None or not _FIRST_YEAR < instant.year < _LAST_YEAR:
            raise ValueError
        return civil_date(instant)
    except (ValueError, OverflowError):
        message = f"{name} is an instant with its offset, such as 2026-11-30T08:00:00+07:00."
        raise Open311Error(400, message) from None


def _number(given: Mapping[str, str], name: str, usual: int, most: int) -> int:
    value = given.get(name, str(usual))
    if not re.fullmatch(r"[0-9]{1,6}", value) or not 1 <= int(value) <= most:
        raise Open311Error(400, f"{name} is a number from 1 to {most}.")
    return int(value)


def form_in(content_type: str, body: bytes) -> dict[str, str]:
    """The fields of a posted form, blank ones left out. Raises Open311Error."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Open311Error(400, "Post a form: Content-Type application/x-www-form-urlencoded; charset=utf-8.")
    try:
        pairs = parse_qsl(body.decode(), max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise Open311Error(400, "The form cannot be read as UTF-8 with 100 fields at most.") from None
    # Of a list with several values the first one counts; none of our attributes takes several.
    return {name: value.strip() for name, value in reversed(pairs) if value.strip()}


def entry_in(form: Mapping[str, str], codes: frozenset[str]) -> dict[str, Any]:
    """What is sent, as `SubmissionEntry` takes it. Raises Open311Error for what Open311 itself asks for."""
    code, description = form.get("service_code"), form.get("description", "")
    if code is None:
        raise Open311Error(400, "service_code is missing; services has the list.")
    if code not in codes:
        raise Open311Error(404, "No service has this service_code; services has the list.")
    if not description:
        raise Open311Error(400, "description is missing.")
    if len(description) > _LONGEST_DESCRIPTION:
        raise Open311Error(400, f"description has more than {_LONGEST_DESCRIPTION} characters.")
    if not (("lat" in form and "long" in form) or "address_string" in form or "address_id" in form):
        raise Open311Error(400, "Give lat and long, address_string, or address_id (the code of a commune or province).")
    title = form.get("attribute[title]") or description.splitlines()[0]
    name = " ".join(form[part] for part in ("last_name", "first_name") if part in form)
    sender = {"name": name or None, "email": form.get("email"), "phone": form.get("phone")}
    return {
        "kind": form.get("attribute[kind]", "feedback"),
        "title": title[:_LONGEST_TITLE],
        "text": "\n".join([description, *_where(form)]),
        "field": code,
        "place": form.get("address_id"),
        "consent": form.get("attribute[consent]", "").lower() == "true",
        "sender": {part: value for part, value in sender.items() if value},
    }


def _where(form: Mapping[str, str]) -> list[str]:
    """The place and the picture as lines of the text, for those who handle the case: they are sealed with it."""
    lines = []
    if "address_string" in form:
        lines.append(f"Địa chỉ: {form['address_string']}")
    if "lat" in form and "long" in form:
        lines.append(f"Vị trí: {form['lat']}, {form['long']}")
    if "media_url" in form:
        lines.append(f"Ảnh: {form['media_url']}")
    return lines


def sending_key(form: Mapping[str, str], header: str | None) -> str | None:
    """What a retry of the same post has again: its header, or the application's own identifier; None without either."""
    own = header or form.get("attribute[fixmystreet_id]") or form.get("attribute[external_id]")
    return None if own is None else hashlib.sha256(own.encode()).hexdigest()


def application_of(key: str | None, registered: Mapping[bytes, str]) -> str | None:
    """The application whose key this is. Every registered one is compared, so the time tells nothing."""
    sent = hashlib.sha256((key or "").encode()).digest()
    found = [name for known, name in registered.items() if hmac.compare_digest(known, sent)]
    return found[0] if key and found else None


def encoded(root: str, value: Any, form: Format) -> bytes:
    """A document in a format. JSON is made of the XML by the Spark convention: a list has no name around it."""
    if form == "json":
        return orjson.dumps(value)
    element = ElementTree.Element(root)
    _fill(element, value)
    body: bytes = ElementTree.tostring(element, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body


def _fill(element: ElementTree.Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, below in value.items():
            _fill(ElementTree.SubElement(element, name), below)
    elif isinstance(value, list):
        for below in value:
            _fill(ElementTree.SubElement(element, _ITEMS[element.tag]), below)
    elif value is not None:
        written = str(value).lower() if isinstance(value, bool) else str(value)
        element.text = _NO_XML.sub("", written)
