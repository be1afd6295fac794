"""The line to copy: where it leads, and to which body its form is addressed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sixclear.portal.settings import Settings
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.organisations import addressed
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.tasks import Organisation


@dataclass(frozen=True, slots=True)
class EmbedView:
    """The page of the line.

    `body` is the code that the line names, empty where it names none; `addressee` is that body, None where its name
    could not be had. `origin` is where browsers see the portal; None where no setting says it, since what a request
    says of it is what its sender wrote. `sites` are those that may show the form.
    """

    asked: Asked
    body: str
    addressee: Organisation | None
    origin: str | None
    sites: Sequence[str]
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, settings: Settings, asked: Asked) -> EmbedView:
    """The line for the body that the address names; without one, or where there is no such body, for any site."""
    parts = Parts()
    addressee, asked = await addressed(gateway, parts, asked)
    origin = settings.own_origins[0] if settings.own_origins else None
    body = addressee.code if addressee else asked.values["body"]
    return EmbedView(asked, body, addressee, origin, settings.embed_origins, parts.away)
