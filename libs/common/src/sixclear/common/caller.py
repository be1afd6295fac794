"""Who calls, and what is refused to those who may not: known to rules and use cases, which know no HTTP framework."""

from dataclasses import dataclass, field
from uuid import UUID

from sixclear.common.errors import DomainError


class Unauthenticated(DomainError):
    code = "unauthenticated"
    status = 401
    title = "This address needs an access token"
    meaning = "The request carries no access token, and this address needs one."
    remedy = "Get a token from the issuer and send it as `Authorization: Bearer <token>`."
    named_headers = ("WWW-Authenticate",)

    def __init__(self, detail: str = "Send `Authorization: Bearer <token>`.", *, error: str = "") -> None:
        challenge = 'Bearer realm="sixclear"' + (f', error="{error}"' if error else "")
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class InvalidToken(Unauthenticated):
    code = "invalid-token"
    title = "The access token is not valid"
    meaning = "The access token has expired, was changed, or comes from another issuer. The answer does not say which."
    remedy = "Get a new token from the issuer and send the request again."

    def __init__(self) -> None:
        super().__init__("Get a new token from the issuer.", error="invalid_token")


class InsufficientScope(DomainError):
    code = "insufficient-scope"
    status = 403
    title = "The access token does not allow this"
    meaning = "The access token is valid but lacks the scope that this step needs."
    remedy = "Use a client that has the scope. The header `WWW-Authenticate` names it."
    named_headers = ("WWW-Authenticate",)

    def __init__(self, *scopes: str, inspects: bool = False) -> None:
        """`inspects`: the client has one of the scopes, and may only read all the same."""
        named = ", ".join(f"`{scope}`" for scope in scopes)
        challenge = f'Bearer realm="sixclear", error="insufficient_scope", scope="{" ".join(scopes)}"'
        needed = (
            f"Scope {named} is needed." if len(scopes) == 1 else f"One of the scopes {named} is needed; each will do."
        )
        super().__init__(
            "A client that inspects reads what its mandate names, and nothing else." if inspects else needed,
            headers={"WWW-Authenticate": challenge},
        )


class OrganisationRequired(DomainError):
    code = "organisation-required"
    status = 403
    title = "Only a client of an organisation may do this"
    meaning = "The step belongs to an organisation, and the client acts for none."
    remedy = "Use a client of the organisation that takes the step."


def is_inspection(scope: str) -> bool:
    """Whether who has this scope changes nothing."""
    return scope.endswith(":inspect")


@dataclass(frozen=True, slots=True)
class Caller:
    """The authenticated client of a request; `client_id` is `public` on a public route.

    `person` is the provider's name of the person who signed in, None for a machine; `position` the one to which person
    or client is bound. Only they tell that two callers are two people: one person may hold the secrets of two clients.
    `mandate` names what the client reads beyond what is its organisation's, in the words of the service that reads it.
    """

    client_id: str
    organisation_id: UUID | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)
    person: str | None = None
    position: str | None = None
    mandate: tuple[str, ...] = ()

    @property
    def inspects(self) -> bool:
        """Whether the client only reads, whatever other scopes its token carries."""
        return any(is_inspection(scope) for scope in self.scopes)

    def own_organisation(self) -> UUID:
        """The organisation that the client acts for; raises OrganisationRequired when it has none."""
        if self.organisation_id is None:
            raise OrganisationRequired
        return self.organisation_id


PUBLIC_CALLER = Caller("public")
