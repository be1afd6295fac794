"""A mirror as if it had been filled: for tests of services that name what another one owns."""

from dataclasses import replace

from sqlalchemy import insert

from sixclear.common.bus.mirror import Mirrored
from sixclear.common.ids import stable_id
from sixclear.common.testing.service import RunningService


async def follow(service: RunningService, kind: type[Mirrored], entity: str, *codes: str) -> None:
    """Put entities with these codes into the mirror of `service`, which is complete from now on."""
    known = {"name_en": None, "epoch": 1, "version": 1}
    rows = [
        {"entity_id": stable_id(entity, code), "code": code, "codes": [code], "name_vi": f"Tên {code}"} | known
        for code in codes
    ]
    async with service.database.transaction() as session:
        await session.execute(insert(kind), rows)
    behind(service, 0.0)


def behind(service: RunningService, seconds: float | None) -> None:
    """Let the mirror be so old; None: not known."""
    state = service.app.state.service_state
    service.app.state.service_state = replace(state, behind_seconds=lambda: seconds)
