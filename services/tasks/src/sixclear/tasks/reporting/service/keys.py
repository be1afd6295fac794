"""How the lines of a file name their tasks: by identifier, or by the key that another system gave."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sixclear.common.use_case import Context, ReferenceUnknown
from sixclear.tasks.organisation.service import named_organisations
from sixclear.tasks.reporting import repository as rows
from sixclear.tasks.reporting.schemas import BulkProgressItem
from sixclear.tasks.task.errors import ReferenceAmbiguous, TaskNotFound
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.service.describe import pair_incomplete, with_its_own_key


async def keys_of(ctx: Context, items: Sequence[BulkProgressItem]) -> "Keys":
    """What the keys of these items name, as far as the caller's organisation may report on it."""
    keys = {(item.source, item.external_id) for item in items if item.source and item.external_id}
    keyed = await rows.task_ids_of_keys(ctx.session, keys, ctx.caller.organisation_id) if keys else {}
    assigners = await named_organisations(
        ctx.session, {item.assigning_organisation for item in items if item.assigning_organisation}
    )
    return Keys(keyed, assigners)


@dataclass(frozen=True, slots=True)
class Keys:
    """Which tasks the keys of a file name: by key, then by assigning body as the file writes it."""

    keyed: Mapping[tuple[str, str], Mapping[UUID, UUID]]
    assigners: Mapping[str, UUID]

    def task_id(self, item: BulkProgressItem) -> UUID:
        """The one task that the item names; raises when it names none or several."""
        if bool(item.source) != bool(item.external_id):
            raise pair_incomplete()
        if item.assigning_organisation is not None and item.assigning_organisation not in self.assigners:
            raise ReferenceUnknown(
                "assigning_organisation names no organisation that is known; find it with GET /organisations?q=.",
                errors=[_error("assigning_organisation", "organisation-unknown", "No such organisation.")],
            )
        if item.task_id is not None:
            return item.task_id
        if item.source is None or item.external_id is None:
            raise ReferenceUnknown("Name the task by task_id, or by source and external_id.")
        found = self.keyed.get((item.source, item.external_id), {})
        if item.assigning_organisation is not None:
            wanted = self.assigners.get(item.assigning_organisation)
            found = {task_id: assigner for task_id, assigner in found.items() if assigner == wanted}
        if not found:
            raise TaskNotFound("No assigned task that you lead or work on has this key of this assigning body.")
        if len(found) > 1:
            raise ReferenceAmbiguous("Several tasks have this key: add assigning_organisation, or name it by task_id.")
        return next(iter(found))

    def candidates(self, item: BulkProgressItem) -> Iterable[UUID]:
        """The tasks that the item may name."""
        if item.task_id is not None:
            return (item.task_id,)
        return self.keyed.get((item.source, item.external_id), ()) if item.source and item.external_id else ()

    def check(self, task: TaskRecord, item: BulkProgressItem) -> None:
        """Raises ReferenceAmbiguous when the item says of its task what another one has."""
        if item.task_id is None:
            return
        with_its_own_key(task, item.source, item.external_id)
        if item.assigning_organisation is None:
            return
        if self.assigners[item.assigning_organisation] != task.assigning_organisation_id:
            raise ReferenceAmbiguous(
                "task_id names a task of another assigning body: leave out assigning_organisation.",
                errors=[_error("assigning_organisation", "assigner-of-another", "Leave it out.")],
            )


def _error(field: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": f"#/{field}", "code": code, "detail": detail}
