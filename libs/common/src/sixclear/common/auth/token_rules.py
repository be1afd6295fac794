"""What an access token must say, and whom it names: the settings of an installation's OpenID provider as rules."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, MissingClaimError

from sixclear.common.auth.refusals import Reason, TokenRefused
from sixclear.common.caller import PUBLIC_CALLER, Caller
from sixclear.common.clock import CLOCKS_DIFFER
from sixclear.common.ids import stable_id
from sixclear.common.settings import ABSENT_TYPE, CommonSettings

Claims = Mapping[str, Any]

_OF_EMBEDDED = ("ES256",)
_LAST_SECONDS = 5
_LONGEST_NAME = 200
_LONGEST_CODE = 80
_LATEST = 253_402_300_800  # the year 10000; what lies beyond fits no calendar, and no float either
# Each of them would let the token say how it is to be verified, or with which key.
_HEADERS_NOT_ALLOWED = frozenset({"crit", "b64", "jwk", "jku", "x5u", "x5c", "zip"})
_ACCESS_TOKEN_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_MARKS_OF_OTHER_TOKENS = ("at_hash", "c_hash", "s_hash", "events")
_CLIENT_CLAIMS = ("client_id", "azp", "appid", "cid")
_REASONS = {"iss": Reason.ISSUER, "aud": Reason.AUDIENCE}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """The rules of one installation; the defaults are those of CommonSettings."""

    issuer: str
    audiences: tuple[str, ...]
    algorithms: tuple[str, ...] = ("ES256", "RS256", "PS256", "EdDSA")
    types: tuple[str, ...] = ("jwt", "at+jwt", "application/at+jwt")
    caller_claims: tuple[str, ...] = ("client_id", "azp", "appid", "sub")
    organisation_claim: str = "organisation_id"
    organisation_code_claim: str = "organisation_code"
    scope_claims: tuple[str, ...] = ("scope", "scp")
    person_marks: tuple[str, ...] = ("auth_time", "idtyp=user")
    person_claim: str = "sub"
    position_claim: str = "position"
    mandate_claim: str = "mandate"
    role_scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def from_settings(cls, settings: CommonSettings) -> "TokenRules":
        """The rules that the settings describe. Without an outside provider the embedded issuer's algorithm alone."""
        return cls(
            issuer=settings.issuer,
            audiences=settings.audiences,
            algorithms=settings.algorithms if settings.outside_provider else _OF_EMBEDDED,
            types=settings.types,
            caller_claims=settings.caller_claims,
            organisation_claim=settings.token_organisation_claim,
            organisation_code_claim=settings.token_organisation_code_claim,
            scope_claims=settings.scope_claims,
            person_marks=settings.person_marks,
            person_claim=settings.token_person_claim,
            position_claim=settings.token_position_claim,
            mandate_claim=settings.token_mandate_claim,
            role_scopes=settings.scopes_of_roles,
        )

    def check_header(self, header: Claims) -> None:
        """Raises TokenRefused for a header that is not allowed; nothing of it is proved yet."""
        if _HEADERS_NOT_ALLOWED & set(header) or not isinstance(header.get("kid"), str | None):
            raise TokenRefused(Reason.HEADER)
        if header.get("alg") not in self.algorithms:
            raise TokenRefused(Reason.ALGORITHM)
        if _type_of(header) not in self.types:
            raise TokenRefused(Reason.TYPE)

    def caller_of(self, header: Claims, claims: Claims, now: datetime) -> Caller:
        """The client of a token whose signature is right; raises TokenRefused."""
        self._check_claims(claims, now)
        self._check_access_token(header, claims)
        return Caller(
            self._name(claims),
            self._organisation(claims),
            self._scopes(claims),
            person=self._person(claims),
            position=_usable(find_claim(claims, self.position_claim)),
            mandate=_mandate(find_claim(claims, self.mandate_claim)),
        )

    def _check_claims(self, claims: Claims, now: datetime) -> None:
        for name in ("exp", "nbf", "iat"):
            if name in claims and not _instant(claims[name]):
                raise TokenRefused(Reason.TIME)
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=int(CLOCKS_DIFFER.total_seconds()),
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "values": list(self.audiences)},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            registry.validate(dict(claims))
        except ClaimError as error:
            raise TokenRefused(_reason(error)) from error
        # What is told to begin may lie ahead by as much as clocks differ; what ended has ended.
        if claims["exp"] + _LAST_SECONDS <= int(now.timestamp()):
            raise TokenRefused(Reason.EXPIRED)

    def _check_access_token(self, header: Claims, claims: Claims) -> None:
        """An ID, refresh or logout token is no access token, although issuer, audience and key may be the same.

        An ID token lies in a browser and goes to pages that never call us; taken here, it would open every route that
        its scopes or roles name (`test_an_entra_id_token_for_the_same_application_is_no_access_token`).
        `at+jwt` says so itself (RFC 9068 §2.1). Of other types the claims must: Keycloak's `typ`, no claim that only
        other tokens have, and a client to which it was issued, which Entra's ID tokens lack.
        """
        if _type_of(header) in _ACCESS_TOKEN_TYPES:
            return
        kind = claims.get("typ")
        bearer = isinstance(kind, str) and kind.lower() == "bearer"
        if kind is not None and not bearer:
            raise TokenRefused(Reason.NOT_AN_ACCESS_TOKEN)
        if any(mark in claims for mark in _MARKS_OF_OTHER_TOKENS) or ("nonce" in claims and not bearer):
            raise TokenRefused(Reason.NOT_AN_ACCESS_TOKEN)
        naming = {*_CLIENT_CLAIMS, *self.caller_claims} - {"sub"}
        if not any(find_claim(claims, name) for name in naming):
            raise TokenRefused(Reason.NOT_AN_ACCESS_TOKEN)

    def _name(self, claims: Claims) -> str:
        found = (find_claim(claims, name) for name in self.caller_claims)
        name = next((value for value in found if value not in (None, "")), None)
        if name is None:
            raise TokenRefused(Reason.CALLER_MISSING)
        if not isinstance(name, str) or len(name) > _LONGEST_NAME or not name.isprintable() or name != name.strip():
            raise TokenRefused(Reason.CALLER_MALFORMED)
        if _reserved(name) or _reserved(claims.get("sub")):
            raise TokenRefused(Reason.CALLER_RESERVED)
        return name

    def _person(self, claims: Claims) -> str | None:
        """Who signed in, where the token shows that somebody did (RFC 9068 §2.2.1); `sub` of a client is no person.

        One claim alone names people: of two that stand in for each other, one person could show one at each step.
        """
        named = (_usable(claims.get("sub")), _usable(find_claim(claims, self.person_claim)))
        clients = [claims.get(name) for name in _CLIENT_CLAIMS]
        if any(name is None or name in clients for name in named):
            return None
        return named[1] if any(_marked(claims, mark) for mark in self.person_marks) else None

    def _organisation(self, claims: Claims) -> UUID | None:
        identifier = _single(find_claim(claims, self.organisation_claim))
        code = _single(find_claim(claims, self.organisation_code_claim))
        by_id = _uuid(identifier) if identifier else None
        by_code = stable_id("organisation", code) if code else None
        if by_id and by_code and by_id != by_code:
            raise TokenRefused(Reason.ORGANISATION)
        return by_id or by_code

    def _scopes(self, claims: Claims) -> frozenset[str]:
        words = {word for name in self.scope_claims for word in _words(find_claim(claims, name))}
        mapped = (self.role_scopes.get(word, frozenset()) for word in words)
        return frozenset(words.union(*mapped))


def find_claim(claims: Claims, path: str) -> Any:
    """The claim of this name; else, where the name has dots, what it names inside another claim; else None.

    A name may be an address, and its parts may have dots: `https://example.vn/roles`, `resource_access.my.app.roles`.
    """
    if path in claims:
        return claims[path]
    for place in (index for index, character in enumerate(path) if character == "."):
        inner = claims.get(path[:place])
        if isinstance(inner, Mapping) and (found := find_claim(inner, path[place + 1 :])) is not None:
            return found
    return None


def _reserved(name: object) -> bool:
    """Whether this is the name under which strangers' requests are kept, or begins with it."""
    return isinstance(name, str) and name.casefold().partition(" ")[0] == PUBLIC_CALLER.client_id


def _type_of(header: Claims) -> str | None:
    kind = header.get("typ", ABSENT_TYPE)
    return kind.lower() if isinstance(kind, str) else None


def _instant(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return (isinstance(value, int) or math.isfinite(value)) and 0 <= value < _LATEST


def _reason(error: ClaimError) -> Reason:
    if isinstance(error, ExpiredTokenError):
        return Reason.EXPIRED
    named = str(error.claim).split(",")
    if isinstance(error, MissingClaimError):
        return next((_REASONS[name] for name in named if name in _REASONS), Reason.TIME)
    later = Reason.NOT_YET_VALID if named[0] in ("nbf", "iat") else Reason.MALFORMED
    return _REASONS.get(named[0], later)


def _marked(claims: Claims, mark: str) -> bool:
    name, compared, value = mark.partition("=")
    found = find_claim(claims, name)
    return found == value if compared else found not in (None, "", False)


def _usable(value: object) -> str | None:
    """A text that can be kept and compared; whatever else stands there proves nothing of a person."""
    try:
        return _single(value)
    except TokenRefused:
        return None


def _single(value: object) -> str | None:
    """A claim that names one thing; providers also write it as a list of one."""
    if isinstance(value, list) and len(value) <= 1:
        value = value[0] if value else None
    if value in (None, ""):
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_CODE or not value.isprintable() or value != value.strip():
        raise TokenRefused(Reason.ORGANISATION)
    return value


def _mandate(value: object) -> tuple[str, ...]:
    """What the claim names. One of another form, which some provider may have for itself, names nothing."""
    try:
        return tuple(_words(value))
    except TokenRefused:
        return ()


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise TokenRefused(Reason.ORGANISATION) from error


def _words(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return value.split()
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return value
    raise TokenRefused(Reason.SCOPE)
