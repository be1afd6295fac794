"""A job as its sender reads it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import Row

from sixclear.common.bulk.jobs import KEPT_FOR, outcomes_of
from sixclear.common.web.schemas import Schema


class JobView(Schema):
    """A file that is worked through beside requests, and how far it has come.

    `stopped` says that it was cancelled (`cancelled_at`), that it was tried for a day in vain, or that a row of a file
    that is all or nothing was refused after its check, because something changed meanwhile. Send the file again then:
    what was taken is unchanged.
    """

    job_id: UUID
    operation: str = Field(description="The operation that the file was sent to.")
    state: Literal["waiting", "running", "finished", "stopped"]
    dry_run: bool
    atomic: bool = Field(
        default=False,
        description="All or nothing: the whole file is checked before anything of it is written, so `done` counts "
        "twice. Where a row is refused, the job is finished and its results are those of the check.",
    )
    nothing_written: bool = Field(
        default=False, description="Nothing of the file is written: it was not to be, is checked yet, or was refused."
    )
    cancelled_at: datetime | None = None
    total: int = Field(description="How many items the file has.")
    done: int = Field(description="How many items were taken or refused, from the first one on.")
    outcomes: dict[str, int] = Field(description="Of those that are done, how many have which outcome.")
    accepted_at: datetime
    finished_at: datetime | None
    kept_until: datetime | None = Field(description="Until when the job and its results can be read.")


def view_of(job: Row[Any]) -> JobView:
    """What the sender of a job reads of it."""
    return JobView(
        job_id=job.job_id,
        operation=job.operation,
        state=job.state,
        dry_run=job.dry_run,
        atomic=job.atomic,
        nothing_written=job.dry_run or (job.atomic and not job.checked),
        cancelled_at=job.cancelled_at,
        total=job.items,
        done=job.done,
        outcomes=outcomes_of(job),
        accepted_at=job.accepted_at,
        finished_at=job.finished_at,
        kept_until=None if job.finished_at is None else job.finished_at + KEPT_FOR,
    )
