"""Tables of money: lines, and the entries of their stages."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sixclear.tasks.budget.rules import Entry
from sixclear.tasks.tables import Base
from sixclear.tasks.task.models import HangsOnTask


class BudgetAmount(Base):
    """What a stage of a line came to as of a day. Written once; another entry corrects it.

    What was entered while the task was restricted is `hidden` for good.
    """

    __tablename__ = "budget_amount"

    budget_id: Mapped[UUID] = mapped_column(ForeignKey("budget.budget_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    stage: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    dated_on: Mapped[date]
    document: Mapped[str]
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.document_id"), index=True)
    corrects: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str | None]
    hidden: Mapped[bool] = mapped_column(Boolean)
    entered_by_organisation_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    # The decision by which money went from one line to another; each of the two has an entry of it.
    transfer_id: Mapped[UUID | None]

    __table_args__ = (CheckConstraint("amount >= 0", name="amount"),)


class Budget(HangsOnTask, Base):
    """A line of money of a task, or of a programme as a whole: `task_id` is then null and the line is public.

    `organisation_id` is the body whose money it is: it stays when the task comes into other hands. A line that was
    opened while its task was restricted is `hidden` for good.
    """

    __tablename__ = "budget"

    budget_id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("task.task_id"))  # type: ignore[assignment]
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.programme_id"))
    year: Mapped[int] = mapped_column(SmallInteger)
    source: Mapped[str]
    # The form by which sources are compared (see `rules.compared`).
    source_key: Mapped[str]
    hidden: Mapped[bool] = mapped_column(Boolean)
    # When it was entered; null where a release before did that.
    opened_at: Mapped[datetime | None]
    entries: Mapped[list[BudgetAmount]] = relationship(lazy="selectin", order_by=BudgetAmount.number)

    __table_args__ = (
        Index(
            "uq_budget_line",
            "programme_id",
            text("coalesce(task_id, '00000000-0000-0000-0000-000000000000'::uuid)"),
            "organisation_id",
            "year",
            "source_key",
            unique=True,
        ),
        Index("ix_budget_task_id", "task_id"),
        Index("ix_budget_programme_year", "programme", "year", "budget_id"),
    )

    @property
    def is_open(self) -> bool:
        """Nothing of it goes along when its task comes into other hands; only its classification follows."""
        return False


def known_entries(budget: Budget, *, whole: bool, known_at: datetime | None = None) -> list[BudgetAmount]:
    """The entries of a line that were made by an instant; without `whole` only those that everyone reads."""
    known = (one for one in budget.entries if known_at is None or one.recorded_at <= known_at)
    return [one for one in known if whole or not one.hidden]


def entries_of(budget: Budget, *, whole: bool, known_at: datetime | None = None) -> list[Entry]:
    """What rules read of these entries."""
    return [
        Entry(one.number, one.stage, one.amount, one.dated_on, one.document, one.corrects)
        for one in known_entries(budget, whole=whole, known_at=known_at)
    ]
