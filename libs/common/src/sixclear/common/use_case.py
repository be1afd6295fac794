"""What every use case of every service is given, and the rules on callers and times that all of them share."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.caller import Caller
from sixclear.common.clock import CLOCKS_DIFFER
from sixclear.common.entity import HasVersion
from sixclear.common.errors import DomainError
from sixclear.common.events.log import EventLog
from sixclear.common.ids import new_id

# Refuses a step that was decided on another version than the one of the entity, which is locked; None: not there yet.
Expect = Callable[[HasVersion | None], None]


class OrganisationNotAllowed(DomainError):
    code, status, title = "organisation-not-allowed", 403, "Another organisation must do this"
    meaning = "The caller's organisation has no part in this step."
    remedy = "Ask an organisation that may take the step: the description of the address names it."


class FactsPastNotAllowed(DomainError):
    code, status, title = "facts-past-not-allowed", 403, "Stating a time of the past needs its own scope"
    meaning = "The request states when something occurred, and the client may not do that."
    remedy = "Leave out `occurred_at`, or use a client with the scope `facts:past`."


class FactBehindLastChange(DomainError):
    code, status, title = "fact-behind-last-change", 409, "The fact is older than the last change"
    meaning = "`occurred_at` is earlier than the last change of the entity. Facts are told in order."
    remedy = "State a time after the last change."


class FactInFuture(DomainError):
    code, status, title = "fact-in-future", 422, "The fact lies in the future"
    meaning = "`occurred_at` is later than now."
    remedy = "State a time up to now, or leave it out."


class ReferenceUnknown(DomainError):
    code, status, title = "reference-unknown", 422, "A reference is unknown"
    meaning = "A value of the request names something that does not exist; `errors` says which value."
    remedy = "Correct the values that `errors` names, or create what they name first."


def unknown_reference(where: str, word: str) -> dict[str, str]:
    """One entry of `errors` of ReferenceUnknown; `where` is a JSON Pointer, or the name of a query parameter."""
    place = {"pointer": where} if where.startswith("#") else {"parameter": where, "in": "query"}
    detail = f"No {word} has this identifier or code."
    if word == "organisation":
        detail = (
            "No organisation has this identifier or code, or had the code before it was merged. Write codes in full, "
            "with leading zeros."
        )
    return place | {"code": f"{word}-unknown", "detail": detail}


class AlreadyRegistered(DomainError):
    code, status, title = "already-registered", 409, "This key names another entity already"
    meaning = "Another entity has this key, or one that differs from it only in case, blanks or the like."
    remedy = "Read the entity that `existing` and the header `Location` name. Change that one, or choose another key."
    named_headers = ("Location",)

    def __init__(self, detail: str, existing: str) -> None:
        """`existing` is the path of the entity that has the key."""
        super().__init__(detail, headers={"Location": existing}, existing=existing)


def not_known() -> float | None:
    """The age of a mirror that nothing fills."""
    return None


@dataclass(frozen=True, slots=True)
class Context:
    """What a use case works with.

    `session` and `log` are written to; `caller` is the client that asks; `now` is the instant of the request (UTC);
    `request_id` is None outside of a request. A use case takes the identifiers that it makes from `new_id`.
    `behind_seconds` says how old the service's table of what another one publishes may be; None: not known.
    """

    session: AsyncSession
    log: EventLog
    caller: Caller
    now: datetime
    request_id: str | None = None
    new_id: Callable[[], UUID] = new_id
    behind_seconds: Callable[[], float | None] = not_known

    def fact_time(self, given: datetime | None, last: datetime | None) -> datetime:
        """When the change became true; raises when `given` needs a scope that the caller lacks, or lies outside."""
        require_past_allowed(given, self.caller.scopes)
        return fact_time(given, last, self.now)

    def require_organisation(self, allowed: set[UUID | None], step: str) -> UUID:
        """The caller's organisation, which must be one of `allowed`; raises OrganisationNotAllowed."""
        return require_organisation(self.caller.organisation_id, allowed, step)

    def meta(self, reason: str | None = None) -> dict[str, Any]:
        """Who did it, by which request and why: stored with the event, never published."""
        return {
            "client_id": self.caller.client_id,
            "organisation_id": self.caller.organisation_id,
            "request_id": self.request_id,
            "reason": reason,
        }


def require_organisation(own: UUID | None, allowed: Collection[UUID | None], step: str) -> UUID:
    """The caller's organisation, which must be one of `allowed`; raises OrganisationNotAllowed."""
    if own is None or own not in allowed:
        raise OrganisationNotAllowed(f"Your organisation may not {step}.")
    return own


def require_past_allowed(given: datetime | None, scopes: Collection[str]) -> None:
    """Raises FactsPastNotAllowed when a time is stated by a caller without the scope for it."""
    if given is not None and "facts:past" not in scopes:
        raise FactsPastNotAllowed("Leave out occurred_at, or use a client with the scope facts:past.")


def fact_time(given: datetime | None, last: datetime | None, now: datetime) -> datetime:
    """When a change became true, in UTC: as given, or now, but never before the entity's last change.

    A given time that is up to `CLOCKS_DIFFER` ahead is now. Raises FactInFuture and FactBehindLastChange for a given
    time that lies outside.
    """
    if given is None or told_time(given, now, "occurred_at") < given:
        return now if last is None else max(now, last)
    if last is not None and given < last:
        raise FactBehindLastChange(
            "occurred_at is earlier than the last change of this entity; facts are told in order."
        )
    return given.astimezone(UTC)


def told_time(given: datetime, now: datetime, field: str) -> datetime:
    """An instant up to now that `field` of a request tells, in UTC; one up to `CLOCKS_DIFFER` ahead is now.

    Raises FactInFuture for one that lies further ahead.
    """
    if given > now + CLOCKS_DIFFER:
        raise FactInFuture(
            f"{field} is later than now.",
            errors=[{"pointer": f"#/{field}", "code": "in-future", "detail": "State a time up to now."}],
        )
    return min(given, now).astimezone(UTC)
