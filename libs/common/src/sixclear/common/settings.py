"""Settings that every process shares; each service adds its own class with its own prefix."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from sixclear.common.secret_files import ReadSettings
from sixclear.common.visitor import Network, trusted_networks

ABSENT_TYPE = "absent"

_ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")
_TOKEN_TYPES = ("jwt", "at+jwt", "application/at+jwt", ABSENT_TYPE)


def http_address(value: str) -> str:
    """The address of a server over HTTP, as given; raises ValueError where a client could not use it."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in parts.netloc or any(character <= " " for character in value):
        raise ValueError("write http://host:port or https://host, without a name or password")
    return value


def introspection(value: str) -> str:
    """`on`, `off` or the address of a server over HTTP; raises ValueError for anything else."""
    if value not in ("on", "off") and not value.startswith(("http://", "https://")):
        raise ValueError("write on, off or the address of the introspection endpoint")
    return value if value in ("on", "off") else http_address(value)


def brokers(value: str) -> str:
    """`host:port` with commas, as given; raises ValueError for anything else."""
    for broker in value.split(","):
        host, _, port = broker.strip().rpartition(":")
        if not host or "/" in host or not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
            raise ValueError("write host:port, with commas between several")
    return value


HttpAddress = Annotated[str, AfterValidator(http_address)]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


class CommonSettings(ReadSettings):
    """Read from `SIXCLEAR_…` environment variables; unknown keyword arguments are refused."""

    model_config = SettingsConfigDict(env_prefix="SIXCLEAR_", extra="forbid")

    env: Literal["development", "test", "production"] = Field(
        default="development",
        description="`production` refuses the embedded issuer and its demo clients, and turns developer pages off.",
    )
    home: Path = Field(
        default=Path(".sixclear"),
        description="Data folder: embedded PostgreSQL, Kafka, keys, logs.",
    )
    kafka_bootstrap_servers: Annotated[str, AfterValidator(brokers)] | None = Field(
        default=None,
        description="Kafka brokers `host:port,…`. Without it the in-process bus joins services of one process.",
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT",
        description="How the brokers are spoken to; `SSL` and `SASL_SSL` are encrypted.",
    )
    kafka_ca_file: Path | None = Field(
        default=None, description="Authorities that sign the brokers' certificates, PEM. Without it: the system's."
    )
    kafka_certificate_file: Path | None = Field(
        default=None, description="The client's own certificate, PEM, where the brokers ask for one."
    )
    kafka_key_file: Path | None = Field(default=None, description="The key of that certificate, PEM.")
    kafka_sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = Field(
        default="SCRAM-SHA-512", description="How name and password are proved with `SASL_…`."
    )
    kafka_username: str | None = Field(default=None, description="The client's name with `SASL_…`.")
    kafka_password: SecretStr | None = Field(default=None, description="Its password.")
    installation: str = Field(
        default="",
        pattern=r"^([a-z0-9][a-z0-9-]{0,62})?$",
        description="Name of this installation in the `ce_source` of events, `/sixclear/<installation>/<service>`:"
        " where several installations fill one data lake. Set it before the first event is sent, and never change it.",
    )
    public_url: HttpAddress = Field(
        default="http://127.0.0.1:8000",
        description="The address at which people reach the platform; used in links and as the issuer's name.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1,::1",
        description="Addresses and networks, with commas, whose `X-Forwarded-For`, `X-Forwarded-Proto` and"
        " `X-Forwarded-Host` are believed: ingress, gateway, portal.",
    )
    trusted_tracers: str = Field(
        default="",
        description="Addresses and networks, with commas, of direct peers whose `traceparent` counts when `tracestate`"
        " has `sixclear=1`: the portal's. A gateway there must take `tracestate` off what strangers send. Empty: none.",
    )
    replicas: int = Field(
        default=1,
        ge=1,
        le=10_000,
        description="How many processes of this kind run side by side, at most where they scale by themselves; what is"
        " limited in each process alone is divided by it, the pages of `/log` excepted.",
    )
    hot_routes: Literal["on", "off"] = Field(
        default="on",
        description="Whether single progress reports and heartbeats are answered in front of the ordinary routes and"
        " stored many at a time. `off` takes the ordinary way, with the same answers.",
    )
    hot_batches: int = Field(
        default=1,
        ge=1,
        le=2,
        description="How many batches of one hot route a process stores at a time. 2 pays where a commit takes about a"
        " millisecond or more, and costs where it takes less.",
    )
    requests_at_once: int = Field(
        default=1024,
        ge=0,
        le=100_000,
        description="How many requests of one service a process works on at a time at most. It takes fewer, but never"
        " fewer than 64, where more would wait longer than a quarter of a second (50 ms on hot routes, which are"
        " counted apart). Others get 503 with `Retry-After`"
        " before their body is read. 0 refuses none.",
    )
    issuer_url: HttpAddress | None = Field(
        default=None,
        description="`iss` of accepted access tokens: your OpenID provider. Without it: the embedded issuer.",
    )
    jwks_url: HttpAddress | None = Field(
        default=None,
        description="Where the issuer's public keys are. Without it: where the configuration of `issuer_url` says.",
    )
    audience: str = Field(
        default="sixclear",
        description="`aud` that an access token must carry; with commas several, of which one is enough.",
    )
    identity_ca_file: Path | None = Field(
        default=None, description="Authorities that sign the provider's certificate, PEM. Without it: the usual ones."
    )
    identity_plain_http: bool = Field(
        default=False,
        description="Take keys and tokens over http from other machines: for a network of one's own, never production.",
    )
    identity_introspection: Annotated[str, AfterValidator(introspection)] = Field(
        default="off",
        description="`on` asks the outside provider at least once a minute whether a token still holds, where its"
        " configuration says; an address asks there. `off`: a revoked token holds until it expires.",
    )
    identity_introspection_client: str | None = Field(
        default=None, description="The client that may ask so. Without it: `client_id` with its secret."
    )
    identity_introspection_secret: SecretStr | None = Field(default=None, description="Its secret.")
    demo_secret: SecretStr | None = Field(
        default=None,
        description="With an outside provider: the secret of the demonstration's clients, as in the development realm.",
    )
    identity_admin_client: str = Field(
        default="identity-admin",
        description="For `sixclear identity client`: the client that may manage the clients of Keycloak's realm.",
    )
    identity_admin_secret: SecretStr | None = Field(default=None, description="Its secret.")
    token_algorithms: str = Field(
        default=",".join(_ALGORITHMS),
        description="With commas, how an outside issuer may sign. `none` and `HS…` are refused at start.",
    )
    token_types: str = Field(
        default="JWT,at+jwt,application/at+jwt",
        description="With commas, the `typ` of an access token's header; `absent` takes tokens without one.",
    )
    token_caller_claims: str = Field(
        default="client_id,azp,appid,sub",
        description="With commas, the claims that may name the caller; the first that is there is the name on records.",
    )
    token_organisation_claim: str = Field(
        default="organisation_id", description="The claim with the identifier of the caller's organisation."
    )
    token_organisation_code_claim: str = Field(
        default="organisation_code", description="The claim with its code, in place of the identifier."
    )
    token_person_marks: str = Field(
        default="auth_time,idtyp=user",
        description="With commas, claims that only a person's token has; `name=value` compares.",
    )
    token_person_claim: str = Field(
        default="sub",
        description="The claim that is one person's with every client: `oid` with Entra, whose `sub` is not.",
    )
    token_position_claim: str = Field(
        default="position",
        description="The claim with the position of a person or client, for steps that need a second person.",
    )
    token_mandate_claim: str = Field(default="mandate", description="The claim that names what a client may inspect.")
    token_scope_claims: str = Field(
        default="scope,scp",
        description="With commas, the claims that hold scopes, as text or list; `realm_access.roles` looks inside one.",
    )
    token_role_scopes: str = Field(
        default="",
        description="`role=scope` with commas: a value of those claims that stands for a scope of this platform.",
    )
    log_format: Literal["json", "console"] = Field(
        default="json", description="`json` for machines, `console` for a person at a terminal."
    )
    log_level: Annotated[LogLevel, BeforeValidator(str.upper)] = Field(
        default="INFO", description="Lowest level that is written."
    )
    connections: int = Field(
        default=12_000,
        ge=1,
        description="HTTP connections of a process in all; fewer where it may open fewer files (384 are kept back).",
    )
    connections_per_address: int = Field(
        default=512,
        ge=1,
        description="Of these from one address (IPv6: one /64 network), unless a trusted proxy's or this machine's.",
    )
    access_log_days: int = Field(default=730, ge=1, description="Days for which who read what is not public is kept.")
    requests_per_minute: int = Field(
        default=3_000,
        ge=0,
        description="Requests a minute of one client without a scope of the platform, to all services of a process: a"
        " stranger by address (IPv6: one /64 network), a person by name. Past it: 429. `0`: no limit.",
    )
    streams_url: HttpAddress | None = Field(
        default=None,
        description="Where a process reports the health of its relays and consumers: monitoring's `/streams`.",
    )
    streams_token: SecretStr | None = Field(
        default=None,
        description="Deprecated, because it expires: an access token for `streams_url`. Set `client_id` instead.",
    )
    client_id: str | None = Field(
        default=None,
        description="The OAuth client of the platform's own processes, for `streams_url` and for spans sent there.",
    )
    client_secret: SecretStr | None = Field(default=None, description="Its secret.")
    client_secret_file: Path | None = Field(
        default=None, description="A file with its secret, read at each renewal; it counts before `client_secret`."
    )
    client_scope: str = Field(
        default="monitoring:spans", description="What is asked for with it; empty: what the provider gives by itself."
    )
    token_url: HttpAddress | None = Field(
        default=None,
        description="The provider's token endpoint. Without it: what the configuration of `issuer_url` names.",
    )
    trace_ratio: float = Field(
        default=1.0,
        ge=0.0,
        le=1.0,
        description="Share of requests that start a trace; decided before a span is made.",
    )

    @field_validator("trusted_proxies", "trusted_tracers")
    @classmethod
    def _networks(cls, value: str) -> str:
        trusted_networks(value)
        return value

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """The networks of `trusted_proxies`."""
        return trusted_networks(self.trusted_proxies)

    @property
    def tracers(self) -> tuple[Network, ...]:
        """The networks of `trusted_tracers`."""
        return trusted_networks(self.trusted_tracers)

    @model_validator(mode="after")
    def _identity_is_encrypted(self) -> "CommonSettings":
        """Who can answer for the provider can make tokens for everybody, so keys come over TLS."""
        if self.identity_plain_http and self.env == "production":
            raise ValueError("SIXCLEAR_IDENTITY_PLAIN_HTTP is for development; production fetches keys over https")
        fetched = {"JWKS_URL": self.jwks_url, "TOKEN_URL": self.token_url}
        if self.identity_introspection not in ("on", "off"):
            fetched["IDENTITY_INTROSPECTION"] = self.identity_introspection
        if self.jwks_url is None or self.identity_introspection == "on":
            fetched["ISSUER_URL"] = self.issuer_url
        plain = [name for name, address in fetched.items() if address and not _private(address)]
        if plain and not self.identity_plain_http:
            raise ValueError(
                f"SIXCLEAR_{plain[0]} must be https beyond this machine; a network of one's own for development says"
                " SIXCLEAR_IDENTITY_PLAIN_HTTP=true"
            )
        return self

    @property
    def outside_provider(self) -> bool:
        """Whether tokens come from an OpenID provider, and not from the embedded issuer."""
        return self.jwks_url is not None or self.issuer_url is not None

    @property
    def issuer(self) -> str:
        """The `iss` that tokens must carry."""
        return self.issuer_url or self.public_url

    @property
    def audiences(self) -> tuple[str, ...]:
        """Each `aud` that is accepted; the embedded issuer writes the first."""
        return _words(self.audience)

    @property
    def algorithms(self) -> tuple[str, ...]:
        """How an outside issuer may sign."""
        return _words(self.token_algorithms)

    @property
    def types(self) -> tuple[str, ...]:
        """The accepted `typ`, in small letters."""
        return _words(self.token_types.lower())

    @property
    def caller_claims(self) -> tuple[str, ...]:
        """The claims that may name the caller, in order."""
        return _words(self.token_caller_claims)

    @property
    def person_marks(self) -> tuple[str, ...]:
        """What shows that a token is a person's."""
        return _words(self.token_person_marks)

    @property
    def scope_claims(self) -> tuple[str, ...]:
        """The claims that hold scopes."""
        return _words(self.token_scope_claims)

    @property
    def scopes_of_roles(self) -> dict[str, frozenset[str]]:
        """The scopes that a role stands for."""
        pairs = [word.rpartition("=") for word in _words(self.token_role_scopes)]
        return {role: frozenset(scope for name, _, scope in pairs if name == role) for role, _, _ in pairs}

    @field_validator("token_algorithms")
    @classmethod
    def _algorithms_are_safe(cls, value: str) -> str:
        words = _words(value)
        if any(word.lower() == "none" or word.upper().startswith("HS") for word in words):
            raise ValueError(
                "`none` proves nothing, and with `HS…` everyone who has the public key could sign; leave it out"
            )
        return _some_of(value, words, _ALGORITHMS)

    @field_validator("token_types")
    @classmethod
    def _types_are_known(cls, value: str) -> str:
        return _some_of(value, _words(value.lower()), _TOKEN_TYPES)

    @field_validator(
        "audience",
        "token_caller_claims",
        "token_scope_claims",
        "token_organisation_claim",
        "token_organisation_code_claim",
        "token_person_claim",
        "token_position_claim",
    )
    @classmethod
    def _is_named(cls, value: str) -> str:
        if not _words(value):
            raise ValueError("give at least one name")
        return value

    @field_validator("token_role_scopes")
    @classmethod
    def _roles_have_scopes(cls, value: str) -> str:
        if not all(
            role.strip() and scope.strip() for role, _, scope in (word.rpartition("=") for word in _words(value))
        ):
            raise ValueError("write role=scope, with commas between")
        return value


def _private(address: str) -> bool:
    """Whether what is said between this process and the address is safe from being read or changed."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        here = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        here = False
    return parts.scheme == "https" or here


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _some_of(value: str, words: tuple[str, ...], known: tuple[str, ...]) -> str:
    if not words or not set(words) <= set(known):
        raise ValueError(f"give one or more of {', '.join(known)}, with commas between")
    return value
