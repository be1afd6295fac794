"""Versions on the wire: strong entity tags, and changes only to the version that the caller has seen."""

import re

from starlette.requests import Request

from sixclear.common.errors import DomainError

_PASSED = re.compile(r'-[a-z]+"$')


class StaleVersion(DomainError):
    code = "stale-version"
    status = 412
    title = "The version in If-Match is not the current one"
    meaning = "The entity has changed since the version that `If-Match` names."
    remedy = "Read the entity again, check whether the change is still right, and send it with the new `ETag`."


class VersionRequired(DomainError):
    code = "version-required"
    status = 428
    title = "This change needs If-Match with the version that it is based on"
    meaning = "This change must name the version that it is based on."
    remedy = "Read the entity and send its `ETag` as `If-Match`."


def etag(epoch: int, version: int, passed: str | None = None) -> str:
    """The strong entity tag of a version. The epoch is in it because a restored database may count again.

    `passed` names what time alone has made of the answer since (`overdue`): a client that asks whether anything is new
    (RFC 9110 §8.8.1) must hear of it too. If-Match does not look at it: the version is what a change is based on. It is
    of small letters.
    """
    return f'"{epoch}.{version}"' if passed is None else f'"{epoch}.{version}-{passed}"'


def in_letters(number: object) -> str:
    """A number as a part of `passed`, which has small letters only."""
    return str(number).translate(_LETTERS)


_LETTERS = str.maketrans("0123456789", "abcdefghij")


def version_in(tag: str) -> int:
    """The version that one of our tags names."""
    return int(tag.strip('"').partition(".")[2].partition("-")[0])


def check_if_match(request: Request, epoch: int, version: int | None, *, required: bool = False) -> None:
    """Raises StaleVersion when the request names another version; without If-Match VersionRequired if it is `required`.

    `version` is None where nothing is there yet: then no version that the request names is the current one, nor is `*`.
    """
    header = _joined(request, "if-match")
    if header is None and required:
        raise VersionRequired
    check_version(header, epoch, version)


def check_version(header: str | None, epoch: int, version: int | None) -> None:
    """As `check_if_match`, of the value of the header; without one every version is good."""
    if header is None:
        return
    if version is None:
        raise StaleVersion("Nothing is there yet; to create it, leave out If-Match.")
    if header.strip() != "*" and etag(epoch, version) not in _versions(header):
        unquoted = '"' not in header
        remedy = (
            "Write the tag as `ETag` has it, with its quotes." if unquoted else "Read the entity again, then decide."
        )
        raise StaleVersion(remedy, headers={"ETag": etag(epoch, version)})


def not_modified(request: Request, tag: str) -> bool:
    """Whether the caller already has what `tag` stands for (If-None-Match), so that 304 is the answer."""
    header = _joined(request, "if-none-match")
    if header is None:
        return False
    return header.strip() == "*" or tag in {known.removeprefix("W/") for known in _tags(header)}


def _joined(request: Request, name: str) -> str | None:
    values = request.headers.getlist(name)
    return ",".join(values) if values else None


def _versions(header: str) -> set[str]:
    return {_PASSED.sub('"', tag) for tag in _tags(header)}


def _tags(header: str) -> set[str]:
    return {tag.strip() for tag in header.split(",")}
