"""Programmes as `tasks` answers them: their names, and the fields and groups of work that they add to their tasks."""

from typing import Literal

from pydantic import Field

from sixclear.portal.upstream.answer import Answer


class OwnChoice(Answer):
    """A value that a field of a programme may have."""

    value: str
    label_vi: str
    label_en: str | None = None


class OwnField(Answer):
    """A field that a programme adds to its tasks."""

    name: str
    kind: Literal["text", "number", "date", "choice", "yes_no", "reference", "link"]
    label_vi: str
    label_en: str | None = None
    unit: str | None = None
    choices: list[OwnChoice] = Field(default_factory=list)
    public: bool = False


class WorkPart(Answer):
    """A part of a group of work."""

    code: str
    label_vi: str
    label_en: str | None = None


class WorkGroup(WorkPart):
    """A group of work of a programme."""

    parts: list[WorkPart] = Field(default_factory=list)


class Programme(Answer):
    """A programme of tasks."""

    slug: str
    name_vi: str
    name_en: str | None = None
    source_vi: str | None = None
    source_en: str | None = None
    own_fields: list[OwnField] | None = None
    work_groups: list[WorkGroup] | None = None
    decision_days: int | None = None
    demonstration: bool = False

    @property
    def groups(self) -> list[WorkPart]:
        """Its groups of work, each before its parts."""
        return [one for group in self.work_groups or () for one in (group, *group.parts)]

    def group(self, code: str | None) -> WorkPart | None:
        """The group of work, or the part of one, with this code; None where it has not said what that is called."""
        return next((one for one in self.groups if one.code == code), None)
