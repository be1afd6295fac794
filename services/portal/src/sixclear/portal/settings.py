"""Settings of the portal."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

# What may stand in a policy header: an origin of its own, or a path on this one.
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+")
_SITE = re.compile(r"https?://(\*\.)?[A-Za-z0-9.:\[\]-]+")
_SIGN_IN = re.compile(r"(https?:/)?/(?!/)[^\\\s\"<>]{1,500}")
_ADDRESS = re.compile(r"(https?://[A-Za-z0-9.:\[\]-]+)?/(?!/)[A-Za-z0-9/._~-]*")


class Settings(BaseSettings):
    """Read from `SIXCLEAR_PORTAL_…` environment variables; unknown keyword arguments are refused."""

    model_config = SettingsConfigDict(env_prefix="SIXCLEAR_PORTAL_", extra="forbid")

    upstream_timeout_seconds: float = Field(
        default=3.0,
        gt=0,
        description="How long the portal waits for the answer to what a visitor sends, or to what it asks for all.",
    )
    page_patience_seconds: float = Field(
        default=1.4,
        gt=0,
        description="How long a page waits for the other services together, before it shows what they answered last and"
        " of when that is; 0.4 s more where a second one lets it wait.",
    )
    default_programme: str = Field(
        default="nq57-central",
        description="Slug of the programme that the home page shows when the address names none.",
    )
    timeline_days: int = Field(
        default=730,
        ge=14,
        le=3660,
        description="How far back the home page's timeline reaches; empty weeks at its beginning are left out.",
    )
    page_size: int = Field(default=50, ge=1, le=200, description="Rows on one page of a list.")
    form_limit_bytes: int = Field(
        default=262_144,
        ge=4_096,
        description="Largest body of a form; a longer one is answered with 413. A letter takes up to nine bytes.",
    )
    file_limit_bytes: int = Field(
        default=20 * 1024 * 1024,
        ge=1024,
        description="Most bytes of a file that is passed on to feedback, as its own setting says.",
    )
    stream_url: str = Field(
        default="/api/monitoring/v1/stream",
        description="Where a browser reads the live figures: a path on the portal's own origin, or `http://host:port/…`.",
    )

    sign_in_url: str = Field(
        default="",
        description="Where the identity provider, or the proxy in front of the portal, signs in who works with cases:"
        " a path, or `https://…`. Empty: the page `/own/sign-in` asks for an access token alone.",
    )

    own_origins: Annotated[list[str], NoDecode] = Field(
        default=[],
        description="Origins under which browsers see the portal, with commas, `https://sixclear.example`; a form from"
        " one of them is our own although the gateway writes another `Host`.",
    )

    embed_origins: Annotated[list[str], NoDecode] = Field(
        default=["*"],
        description="Sites whose pages may show the form of feedback in a frame, with commas: `https://xa.example`,"
        " `https://*.gov.vn`; `*` is every site, and empty means none.",
    )

    @field_validator("own_origins", "embed_origins", mode="before")
    @classmethod
    def _with_commas(cls, value: object) -> object:
        """Text with commas, as every list is written; also the JSON list that the release before wanted."""
        if not isinstance(value, str):
            return value
        words = value.strip().removeprefix("[").removesuffix("]").split(",")
        return [word.strip().strip('"').removesuffix("/") for word in words if word.strip()]

    @field_validator("own_origins")
    @classmethod
    def _origins(cls, value: list[str]) -> list[str]:
        if not all(_ORIGIN.fullmatch(origin) for origin in value):
            raise ValueError("must be origins, http://host:port or https://host, without a path")
        return value

    @field_validator("embed_origins")
    @classmethod
    def _sites(cls, value: list[str]) -> list[str]:
        if value != ["*"] and not all(_SITE.fullmatch(site) for site in value):
            raise ValueError("must be origins, https://host or https://*.domain, without a path, or `*` alone")
        return value

    @field_validator("sign_in_url")
    @classmethod
    def _led_to(cls, value: str) -> str:
        if value and not _SIGN_IN.fullmatch(value):
            raise ValueError("must be a path, /…, or an address, https://…")
        return value

    @field_validator("stream_url")
    @classmethod
    def _readable(cls, value: str) -> str:
        if not _ADDRESS.fullmatch(value):
            raise ValueError("must be a path, /…, or an address, http://host:port/…")
        return value

    @property
    def stream_origin(self) -> str | None:
        """The origin of the live figures when it is not the portal's own."""
        parts = urlsplit(self.stream_url)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None
