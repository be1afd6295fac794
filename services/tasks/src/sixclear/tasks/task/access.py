"""Who may see a task, and who works on it."""

from uuid import UUID

from sixclear.tasks.task.lifecycle import TaskState

NOT_SEEN = "No task that you may see has this identifier."


def is_visible(task: TaskState, organisation_id: UUID | None) -> bool:
    """Whether a caller of this organisation may know of the task: a restricted one only if it has a part in it."""
    return task.classification == "public" or is_concerned(task, organisation_id)


def is_concerned(task: TaskState, organisation_id: UUID | None) -> bool:
    """Whether an organisation has a part in the task: as lead, assigning or coordinating body."""
    concerned = {task.lead_organisation_id, task.assigning_organisation_id, *task.coordinating_organisation_ids}
    return organisation_id is not None and organisation_id in concerned


def doers(task: TaskState) -> set[UUID | None]:
    """The lead and the coordinating bodies."""
    return {task.lead_organisation_id, *task.coordinating_organisation_ids}
