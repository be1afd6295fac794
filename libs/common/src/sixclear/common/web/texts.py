"""Text that the requests of more than one service carry. Every free text of a request passes one of these gates."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

from sixclear.common.text import TextRefused, bare, one_line, several_lines
from sixclear.common.web import patterns

# Decomposed Vietnamese is up to three times as long as it is stored; what is padded further is too long.
_LONGEST_BEFORE = 4


@dataclass(frozen=True)
class _Gate:
    """Text as `read` gives it, at least one character and at most `longest` of them; the schema names its `form`."""

    longest: int
    read: Callable[[str], str]
    form: str
    may_be_empty: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.passed, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        least = {} if self.may_be_empty else {"minLength": 1}
        return {**handler(schema), **least, "maxLength": self.longest, "format": self.form}

    def passed(self, text: str) -> str:
        """`text` as it is stored; raises the error of the field."""
        if len(text) > self.longest * _LONGEST_BEFORE:
            raise PydanticKnownError("string_too_long", {"max_length": self.longest})
        if not text or text.isspace():
            if self.may_be_empty:
                return ""
            raise PydanticKnownError("string_too_short", {"min_length": 1})
        try:
            read = self.read(text)
        except TextRefused as refused:
            if refused.code == "nothing_visible" and self.may_be_empty:
                return ""
            raise PydanticCustomError(refused.code, "{message}", {"message": str(refused)}) from None
        if len(read) > self.longest:
            raise PydanticKnownError("string_too_long", {"max_length": self.longest})
        return read


def line_of(longest: int) -> _Gate:
    """The gate of text of one line, at most `longest` characters as it is stored: `Annotated[str, line_of(300)]`."""
    return _Gate(longest, one_line, "line")


def lines_of(longest: int) -> _Gate:
    """The gate of text of several lines, at most `longest` characters as it is stored."""
    return _Gate(longest, several_lines, "lines")


def words_of(longest: int) -> _Gate:
    """The gate of what is searched for: one line, which may be empty."""
    return _Gate(longest, one_line, "line", may_be_empty=True)


Slug = Annotated[str, StringConstraints(pattern=patterns.SLUG)]
Code = Annotated[str, StringConstraints(pattern=patterns.CODE)]
# Some tools write the digits of a hash in capitals; it is kept in small letters.
Sha256 = Annotated[str, StringConstraints(pattern=patterns.SHA256), AfterValidator(str.lower)]
# What another system calls a thing, such as `123/QĐ-UBND` or `NV số 5/2026`; compared by its form (`keys`).
Key = Annotated[str, line_of(200)]
TEXT = lines_of(10_000)
Text = Annotated[str, TEXT]
# What a list is narrowed by, and what names one thing; neither is kept.
Words = Annotated[str, words_of(200)]
Lookup = Annotated[str, words_of(80)]


_BLANKS = " \t\u00a0"


def _without_the_invisible(link: Any) -> Any:
    if not isinstance(link, str):
        return link
    shown = bare(link).strip(_BLANKS)
    return _SCHEME.sub(lambda found: found[0].lower(), shown, count=1)


def _names_a_place(link: str) -> str:
    """`link`; raises PydanticCustomError where its host or port cannot be one, or hides behind a name with @."""
    try:
        parts = urlsplit(link)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise PydanticCustomError("link_unusable", "The link names no host, or no port from 1 to 65535; correct it")
    if "@" in parts.netloc or "\\" in link:
        raise PydanticCustomError("link_misleads", "The link must not hold a name before its host (@), nor \\")
    return link


_SCHEME = re.compile("^https?:", re.IGNORECASE)
# RFC 3986 allows more; what a browser can open needs http or https. A link that was copied from a chat brings blanks.
Link = Annotated[
    str,
    StringConstraints(pattern=patterns.LINK, max_length=1998),
    BeforeValidator(_without_the_invisible),
    AfterValidator(_names_a_place),
]
