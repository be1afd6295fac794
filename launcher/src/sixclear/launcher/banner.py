"""What a person reads when the platform is ready."""

from collections.abc import Iterator

from sixclear.common.issuer.roles import ROLES, organisation_role
from sixclear.common.settings import CommonSettings
from sixclear.launcher.options import RunOptions, local_url
from sixclear.launcher.registry import SERVICES


def banner(settings: CommonSettings, options: RunOptions) -> Iterator[str]:
    """The lines, last thing before the process goes quiet."""
    if options.target != "all":
        yield f"Sixclear is ready: {options.target} at {local_url(options.host, options.port)}"
        return
    address = settings.public_url
    yield ""
    yield "Sixclear is ready"
    yield ""
    yield f"  {'Portal':<22}{address}/"
    for service in SERVICES:
        if service.has_database:
            yield f"  {service.name.capitalize():<22}{address}{service.prefix}/v1/docs"
    yield f"  {'Traces and streams':<22}{address}/api/monitoring/v1/operations/traces"
    if settings.outside_provider and settings.demo_secret is None:
        yield ""
        yield f"Access tokens come from {settings.issuer}: docs/identity.md says which client may do what."
    else:
        yield from accounts()
    yield from try_out(address, plays=not settings.outside_provider or settings.demo_secret is not None)


def accounts() -> Iterator[str]:
    """The demonstration clients."""
    yield ""
    yield "Demonstration clients (a token for one: .venv/bin/sixclear token CLIENT_ID)"
    for name, role in ROLES.items():
        yield f"  {name:<22}{role.meaning}"
    yield f"  {'org-G06':<22}a ministry: {organisation_role('G06').meaning} (org-<code> for every one and province)"


def try_out(address: str, *, plays: bool = True) -> Iterator[str]:
    """Three commands, and the way out."""
    yield ""
    yield "Try"
    if plays:
        yield "  make live                                  # figures move while ministries report for a minute"
    yield f"  curl '{address}/api/monitoring/v1/status?programme=nq57-central'"
    yield f"  curl -N {address}/api/monitoring/v1/stream"
    yield ""
    yield "Ctrl-C stops everything; the data stay."
