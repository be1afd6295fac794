"""What everyone reads of `feedback`: public copies, endorsements, what is like a text, fields, satisfaction."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from sixclear.portal.upstream.answer import Answer, Listing, Percent
from sixclear.portal.upstream.cases import NamedBody


class Place(NamedBody):
    """A body or a place by its name, with its identifier."""

    organisation_id: UUID


class PublicCopy(Answer):
    """A public copy as lists show it; `field` is a code of the list of fields."""

    publication_id: UUID
    kind: str
    title: str
    field: str | None = None
    place: Place | None = None
    organisation: Place | None = None
    programme: str | None = None
    outcome: str | None = None
    answered: bool
    published_on: date
    revised_on: date | None = None
    demonstration: bool = False


class CopyClock(Answer):
    """The clock of the case behind a public copy, by days, as it stood at the start of the day `as_of`."""

    received_on: date
    due_on: date
    first_due_on: date | None = None
    reopened_on: date | None = None
    answered_on: date | None = None
    answered_in_time: bool | None = None
    state: str
    as_of: date


class CopyStep(Answer):
    """A step that the answer promised; no `words` before a moderator released some."""

    words: str | None = None
    due_on: date
    done_on: date | None = None
    overdue: bool


class ListedCopy(PublicCopy):
    """A public copy in the list of all: with its clock, where it is told, and how many promised steps are open."""

    clock: CopyClock | None = None
    open_steps: int = 0


class HeadPoint(Answer):
    """One point of what was sent, and what the head answers to it."""

    point: str
    answer: str


class HeadAnswer(Answer):
    """The answer of the head of a body, by office."""

    head: str
    points: list[HeadPoint]


class WholeCopy(PublicCopy):
    """A public copy with its words."""

    text: str
    answer: str | None = None
    head_answer: HeadAnswer | None = None
    head_answered_on: date | None = None
    clock: CopyClock | None = None
    steps: list[CopyStep] = Field(default_factory=list)


class Endorsements(Answer):
    """How many endorse a public copy; past `threshold` verified ones the head owes an answer."""

    verified: int
    unverified: int
    threshold: int
    owed_on: date | None = None
    head_answered_on: date | None = None


class AlikeCopies(Answer):
    """Public copies that are like a text, answered first; not `complete` where only the newest were compared."""

    items: list[PublicCopy]
    complete: bool


class CaseField(Answer):
    """A field that a case can be of."""

    code: str
    vi: str
    en: str

    @property
    def name_vi(self) -> str:
        """Its name in Vietnamese."""
        return self.vi

    @property
    def name_en(self) -> str:
        """Its name in English."""
        return self.en


class CaseFields(Answer):
    """The fields, in the order in which a form shows them."""

    fields: list[CaseField] = Field(default_factory=list)

    def find(self, code: str | None) -> CaseField | None:
        """The field with this code; None where it is of none, or of one that is not known."""
        return next((one for one in self.fields if one.code == code), None)


class NationalFigure(Answer):
    """Satisfaction by the national formula, in which silence counts as content; null below five cases."""

    cases: int | None = None
    share: Percent | None = None


class RatersFigure(Answer):
    """Satisfaction of those who rated; null where it could be one person's."""

    answered: int | None = None
    response_rate: Percent | None = None
    rated: int | None = None
    solved: int | None = None
    partly: int | None = None
    not_solved: int | None = None
    share: Percent | None = None


class ToldFigures(Answer):
    """Cases received in a year by what became of them; null where `suppressed` says why."""

    received: int
    answered_in_time: int | None = None
    answered_late: int | None = None
    waiting: int | None = None
    overdue: int | None = None
    closed_without_answer: int | None = None
    suppressed: str | None = None


class GroupFigures(ToldFigures):
    """The cases of one group: `named` by its code, `not_said`, or the `others` together."""

    group: str
    code: str | None = None
    name_vi: str | None = None
    name_en: str | None = None


class YearFigures(Listing[GroupFigures]):
    """The cases that were received in a year, by group in the order of codes; `least` is the smallest figure told."""

    by: str
    year: int
    received_before: date
    as_of: datetime
    least: int
    whole: ToldFigures
    demonstration: int = 0
    note_vi: str
    note_en: str


class Satisfaction(Answer):
    """Satisfaction with the answers of a year, of a body or of all, twice by name."""

    year: int
    as_of: datetime
    national: NationalFigure
    of_raters: RatersFigure
    demonstration: int = 0
