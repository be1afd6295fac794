"""What a step of an entry rests on: kept with the version that the step made, read with the history."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.data_catalog.fields import Decision, Evidence
from sixclear.data_catalog.proof import repository
from sixclear.data_catalog.proof.models import StepProof


def keep(
    ctx: Context, entry_id: UUID, entry_version: int, decision: Decision | None, evidence: Sequence[Evidence] = ()
) -> None:
    """Keep what the change that made this version rests on; nothing where nothing was told."""
    if decision is None and not evidence:
        return
    ctx.session.add(
        StepProof(
            entry_id=entry_id,
            entry_version=entry_version,
            decision=None if decision is None else decision.model_dump(mode="json"),
            evidence=[one.model_dump(mode="json") for one in evidence],
        )
    )


async def proofs(ctx: Context, entry_id: UUID, versions: Collection[int]) -> Mapping[int, StepProof]:
    """What these versions of an entry rest on, by version; who may not read a version does not ask for it."""
    return {one.entry_version: one for one in await repository.list_proofs(ctx.session, entry_id, versions)}
