"""Files that a sender adds to the own case and reads back: passed on while they come, kept nowhere here."""

from collections.abc import AsyncIterator, Mapping
from uuid import UUID

import httpx2

from sixclear.common.errors import DomainError
from sixclear.common.web.form_stream import FormWithFile
from sixclear.portal.errors import InvalidAddress, Refused, ServiceAway
from sixclear.portal.upstream.feedback import Feedback

_CODES = {
    "attachment-kind-refused": "kind",
    "attachment-unreadable": "unreadable",
    "attachment-infected": "infected",
    "attachments-full": "full",
    "content-too-large": "too-large",
}
_STATUSES = {409: "closed", 413: "too-large", 429: "slow-down"}
# What goes on to the browser of what feedback says of a file.
_HEADERS = ("content-length", "content-disposition", "content-type")


class _TooLarge(Exception):
    """More came than a file may have."""


async def add(feedback: Feedback, code: str, form: FormWithFile, most: int) -> str | None:
    """Adds the file of a form to the case; why it was not taken, None where it was.

    A code that opens nothing is PageNotFound. What is left of the file is read: a browser shows no answer before.
    """
    counted = _Counted(form.content, most)
    try:
        if not form.file_name:
            return "missing"
        await feedback.send_file(code, form.file_name, counted.pieces())
        return None
    except _TooLarge:
        return "too-large"
    except Refused as refused:
        return _CODES.get(refused.code) or _STATUSES.get(refused.status, "refused")
    except ServiceAway:
        return "too-large" if counted.too_large else "away"
    except DomainError:
        raise InvalidAddress from None
    finally:
        await counted.rest()


class _Counted:
    """A file as it comes, `most` bytes of it; and twice as much unread, so that the browser hears why."""

    def __init__(self, content: AsyncIterator[bytes], most: int) -> None:
        self._content, self._most, self._size = content, most, 0
        # Also where what sends it makes a fault of its own of that.
        self.too_large = False

    async def pieces(self) -> AsyncIterator[bytes]:
        """The file; raises _TooLarge."""
        async for piece in self._content:
            self._size += len(piece)
            self.too_large = self._size > self._most
            if self.too_large:
                raise _TooLarge
            yield piece

    async def rest(self) -> None:
        """Reads what nobody wants."""
        try:
            async for piece in self._content:
                self._size += len(piece)
                if self._size > 3 * self._most:
                    return
        except DomainError:
            return


async def read(feedback: Feedback, code: str, typed: str) -> tuple[Mapping[str, str], AsyncIterator[bytes]]:
    """A file as it was sent, with the headers by which it is saved and never opened.

    A code or a file that is not there is PageNotFound.
    """
    try:
        attachment_id = UUID(typed)
    except ValueError:
        raise InvalidAddress from None
    response = await feedback.read_file(code, attachment_id)
    headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
    headers |= {
        "X-Content-Type-Options": "nosniff",
        # Nothing in it is ours: no browser runs any of it.
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }
    return headers, _closing(response)


async def _closing(response: httpx2.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in response.aiter_raw():
            yield piece
    finally:
        await response.aclose()
