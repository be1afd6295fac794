"""What a process is told: by flags, else by the environment."""

import os
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.secret_files import variable_of
from sixclear.common.settings import CommonSettings

# Settings of former releases that are read no more, and what took their place.
FORMER = {"SIXCLEAR_FEEDBACK_TRUSTED_PROXIES": "SIXCLEAR_TRUSTED_PROXIES"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Which targets, on which address, and whether the demonstration is loaded at first start."""

    target: str
    host: str
    port: int
    demo: bool | None = None

    def loads_demo(self, settings: CommonSettings) -> bool:
        """As asked; unasked, with all targets and where demonstration clients exist."""
        if self.demo is not None:
            return self.demo
        return self.target == "all" and not settings.outside_provider


def default_host() -> str:
    """`SIXCLEAR_HOST`, else this machine only."""
    return os.environ.get("SIXCLEAR_HOST", "127.0.0.1")


def default_port() -> int:
    """`PORT`, else 8000; raises `CannotStart` when it is not a port."""
    given = os.environ.get("PORT", "8000")
    if not (given.isascii() and given.isdigit()) or int(given) > 65535:
        raise CannotStart(f"PORT is {given!r}, which is no port.", "Give a number from 0 to 65535: PORT=8010 make run")
    return int(given)


def common_settings(host: str, port: int) -> CommonSettings:
    """The settings of the process; without `SIXCLEAR_PUBLIC_URL` the platform's address is where it listens."""
    _refuse_former()
    try:
        settings = CommonSettings()
    except ValidationError as error:
        raise not_valid(CommonSettings, error) from None
    changes: dict[str, object] = {"home": settings.home.resolve()}
    if "SIXCLEAR_PUBLIC_URL" not in os.environ:
        changes["public_url"] = local_url(host, port)
    return settings.model_copy(update=changes)


def _refuse_former() -> None:
    """A list that is read no more would make all visitors one: better no start than that."""
    for former, today in FORMER.items():
        if former in os.environ:
            raise CannotStart(
                f"{former} is read no more: the list holds for every service, and for http or https too.",
                f"Set {today} to the list of proxies that every process may believe, and take {former} away.",
            )


def problems_of(settings: type[BaseSettings], error: ValidationError) -> list[str]:
    """What is wrong, by variable, without the values."""
    return [
        # What several settings say together names them itself.
        f"{variable_of(settings, '.'.join(str(part) for part in found['loc']))}: {found['msg']}"
        if found["loc"]
        else str(found["msg"]).removeprefix("Value error, ")
        for found in error.errors(include_url=False, include_input=False)
    ]


def not_valid(settings: type[BaseSettings], error: ValidationError) -> CannotStart:
    """Settings that cannot be used, as a person is told."""
    reason = "The settings are not valid. " + "; ".join(problems_of(settings, error)) + "."
    return CannotStart(reason, "What each may be: docs/reference/configuration.md. What is set: sixclear check-config")


def local_url(host: str, port: int) -> str:
    """The address of a local port as a browser takes it."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104  # compared, not listened on
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def embeds_issuer(settings: CommonSettings, target: str) -> bool:
    """Whether this process issues tokens itself; raises `CannotStart` where that is not allowed."""
    if target != "issuer" and settings.outside_provider:
        return False
    if settings.env == "production":
        raise CannotStart(
            "In production identity comes from your own OpenID provider, not from the embedded issuer and its demo "
            "clients.",
            "Set SIXCLEAR_ISSUER_URL (or SIXCLEAR_JWKS_URL too), or SIXCLEAR_ENV=development to try things out.",
        )
    return True
