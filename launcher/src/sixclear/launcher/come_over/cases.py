"""Cases of another system made into what a desk enters for a person: Open311, Decidim, and tables.

What is closed there is left there: its answer was given by others, and here it would look like a case without one.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.launcher.come_over import tables
from sixclear.launcher.come_over.rows import Fault, Record

System = Literal["open311", "decidim", "table"]
_LONGEST_TITLE, _LONGEST_TEXT = 300, 20_000
_SENDER = ("sender.name", "sender.email", "sender.phone", "sender.kind")
FIELDS = frozenset({"id", "title", "text", "received_at", "status", "kind", "field", "place", "organisation", *_SENDER})
# Our fields, and where these systems say them; of several the first that is there.
_KNOWN: Mapping[System, Mapping[str, tuple[str, ...]]] = {
    "open311": {
        "id": ("service_request_id",),
        "text": ("description",),
        "received_at": ("requested_datetime",),
        "status": ("status",),
        "field": ("service_code",),
        "place": ("address_id",),
        "organisation": ("agency_responsible",),
    },
    "decidim": {
        "id": ("id",),
        "title": ("title", "title/vi", "title/en"),
        "text": ("body", "body/vi", "body/en"),
        "received_at": ("published_at", "created_at"),
        "status": ("state",),
        "field": ("category/id", "taxonomies/id"),
        "place": ("scope/id",),
    },
    "table": {},
}
_OVER: Mapping[System, frozenset[str]] = {
    "open311": frozenset({"closed"}),
    "decidim": frozenset({"accepted", "rejected", "withdrawn"}),
    "table": frozenset({"closed"}),
}
_KINDS: Mapping[System, str] = {"open311": "feedback", "decidim": "recommendation", "table": "feedback"}
_INSTANTS = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S UTC")
# Where a block ends, a line does; text of the other systems is plain, so that "<" is a sign there.
_BLOCK_END = re.compile(r"<(?:br\s*/?|/(?:p|div|li|h[1-6]|blockquote))>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")
_MAPPED = frozenset({"kind", "field", "place", "organisation", "status"})


class CasePlan(BaseModel):
    """What the mapping says. What it leaves out is not made up.

    - `source`: what the cases are known by, with the other system's own identifier.
    - `columns`: our fields, and their columns that hold them, beside those that the reader knows.
    - `values`: of `kind`, `field`, `place`, `organisation`, `status`, their words and ours. Of a field or a place that
      is not there nothing is said; of a body that is not there the hub decides.
    - `kind`: of rows that say none.
    - `over`: their words for a case that is closed, beside those that the reader knows.
    """

    model_config = ConfigDict(extra="forbid")

    source: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,59}$")
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    kind: Literal["feedback", "recommendation", "initiative", "solution"] | None = None
    over: list[str] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Case:
    """A running case: its key in the other system, what a desk enters, and the body that has it there."""

    where: str
    key: str
    entry: Mapping[str, Any]
    organisation: str | None

    @property
    def idempotency_key(self) -> str:
        """The same for the same case whenever it is read again."""
        return f"import-{hashlib.sha256(self.key.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Over:
    """A case that is closed there."""

    where: str
    key: str


def case_plan_in(path: Path) -> CasePlan:
    """The mapping of a file; raises CannotStart with each fault."""
    try:
        plan = CasePlan.model_validate(json.loads(path.read_text(encoding="utf-8-sig")))
    except OSError:
        raise CannotStart(f"The mapping {path} cannot be read.", "Name a file that is there.") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise CannotStart(f"The mapping {path}: {faults}.", "Correct it; docs/come-over.md shows one.") from None
    except ValueError:
        raise CannotStart(f"The mapping {path} is no JSON in UTF-8.", "Correct it.") from None
    for part, unknown in (("columns", plan.columns.keys() - FIELDS), ("values", plan.values.keys() - _MAPPED)):
        if unknown:
            names = ", ".join(sorted(unknown))
            raise CannotStart(f"The mapping {path} names no fields of cases: {names}.", f"Correct `{part}`.")
    return plan


def cases_in(system: System, path: Path, plan: CasePlan) -> Iterator[Case | Over | Fault]:
    """The cases of a file, in its order; raises CannotStart for a file that holds none."""
    known = {**_KNOWN[system], **{name: (column,) for name, column in plan.columns.items()}}
    for record in _records(system, path):
        if isinstance(record, Fault):
            yield record
            continue
        try:
            yield _case(system, record, plan, known)
        except ValueError as error:
            yield Fault(record.where, str(error))


def _records(system: System, path: Path) -> Iterator[Record | Fault]:
    if system == "table" or path.suffix.lower() != ".json":
        yield from tables.records_in(path)
        return
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise CannotStart(f"{path} cannot be read.", "Name a file that is there.") from None
    except ValueError:
        raise CannotStart(f"{path} is no JSON.", "Save the answer of the other system as it comes.") from None
    if not isinstance(told, list):
        raise CannotStart(f"{path} holds no list of cases.", "Save the answer of the other system as it comes.")
    for place, element in enumerate(told):
        where = f"{path.name} element {place}"
        yield Record(where, _flat(element)) if isinstance(element, dict) else Fault(where, "no JSON object")


def _flat(element: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Members of members by both names with a slash between, as Decidim's CSV has them."""
    flat: dict[str, Any] = {}
    for name, value in element.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{name}/")
        else:
            flat[f"{before}{name}"] = value
    return flat


def _case(system: System, record: Record, plan: CasePlan, known: Mapping[str, tuple[str, ...]]) -> Case | Over:
    said = {name: value for name, columns in known.items() if (value := _first(record, columns)) is not None}
    if "id" not in said:
        raise ValueError(f"nothing says its identifier ({', '.join(known.get('id', ('no column',)))})")
    key = f"{plan.source}:{said['id']}"
    if _is_over(said.get("status"), system, plan):
        return Over(record.where, key)
    text = _plain(system, said.get("text", "")).strip()
    title = _plain(system, said.get("title", "")) or next(iter(text.splitlines()), "")
    if not text or not title.strip():
        raise ValueError("nothing says title and text")
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"its text has more than {_LONGEST_TEXT} characters")
    entry: dict[str, Any] = {
        "kind": _word("kind", said, plan) or plan.kind or _KINDS[system],
        "title": title.strip()[:_LONGEST_TITLE],
        "text": text,
        "occurred_at": _instant(said.get("received_at")),
    }
    entry |= {name: word for name in ("field", "place") if (word := _word(name, said, plan))}
    if sender := {name.partition(".")[2]: said[name] for name in _SENDER if name in said}:
        entry["sender"] = sender
    return Case(record.where, key, entry, _word("organisation", said, plan))


def _first(record: Record, columns: tuple[str, ...]) -> str | None:
    for column in columns:
        given = record.values.get(column)
        if given is not None and str(given).strip():
            return str(given).strip()
    return None


def _is_over(status: str | None, system: System, plan: CasePlan) -> bool:
    if status is None or status in plan.over:
        return status is not None
    return plan.values.get("status", {}).get(status, status).lower() in _OVER[system]


def _plain(system: System, given: str) -> str:
    """What a person reads of a text; Decidim alone keeps it with its markup."""
    if system != "decidim":
        return given
    return html.unescape(_TAG.sub("", _BLOCK_END.sub("\n", given)))


def _word(name: str, said: Mapping[str, str], plan: CasePlan) -> str | None:
    """Our word for theirs; without a list of words theirs is ours only where the plan names the column itself."""
    given = said.get(name)
    if given is None:
        return None
    words = plan.values.get(name)
    if words is None:
        return given if name in plan.columns else None
    if given not in words and name == "kind":
        raise ValueError(f"{given!r} is not among `values.kind` of the mapping")
    return words.get(given)


def _instant(given: str | None) -> str:
    """An instant with its offset; a bare day would be guessed, so it is refused."""
    for form in _INSTANTS:
        try:
            found = datetime.strptime(given or "", form)  # noqa: DTZ007 (the one form without is UTC)
        except ValueError:
            continue
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    raise ValueError(f"{given!r} is no instant with its offset, such as 2026-11-30T08:00:00+07:00")
