"""Answers on the clauses of a directive."""

from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema


class ClauseView(Schema):
    """A clause of a directive, and how many tasks name it."""

    clause: str
    tasks: int = Field(description="Tasks and proposals that name it, as far as the caller may see them.")


class ClauseList(Schema):
    """The clauses of a directive, at most 300, in their order.

    Spellings that differ only in case, blanks, dashes and the like name one clause, as keys do.
    """

    directive_id: UUID
    clauses: list[ClauseView]
    without_task: int = Field(description="How many of the clauses no task names.")
    tasks_elsewhere: int = Field(description="Tasks that name the directive and none of these clauses.")
