"""What the routes of this service share: public access, and the version that an upsert was decided on."""

from collections.abc import Callable

from fastapi import Depends, Request

from sixclear.common.auth.access import Access
from sixclear.common.entity import Versioned
from sixclear.common.event_log import EventLog
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.use_cases import must_match

PUBLIC = Depends(Access.public("Progress, responsibility and results are published to everyone."))


def expected(request: Request, log: EventLog) -> Callable[[Versioned | None], None]:
    """`must_match` for an upsert, which learns only in the use case what it replaces.

    The check raises StaleVersion too when nothing is there to be replaced (None): whoever sends If-Match means a
    version of something (RFC 9110 §13.1.1), and would create a second one by a mistyped key.
    """

    def check(entity: Versioned | None) -> None:
        if entity is not None:
            must_match(request, log, entity)
        elif "if-match" in request.headers:
            raise StaleVersion("Nothing is known by this name or key: correct it, or leave out If-Match to create it.")

    return check
