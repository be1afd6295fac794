"""Tables of the view. Everything here can be rebuilt from the event logs.

Each kind has two tables that are derived from it: its states and its history. `epoch` in the rows of a source is the
number of a generation; those of one that readers do not see yet are a rebuild beside the view.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.monitoring.kinds import KINDS
from sixclear.monitoring.tables import Base
from sixclear.monitoring.view.kind_tables import kind_tables


class SourceView(Base):
    """Which generation of a source readers see, and up to which instant it is known to be complete.

    A generation is what the records of one epoch of the log amount to by one set of rules; `epoch` in the rows of every
    table is its number. `active_epoch` is the number of the one that readers see, `active_log_epoch` the epoch of its
    log (null: the number itself). `next_epoch` is folded beside it since `next_since`; `next_folded_at` and
    `next_recorded_at` tell how far it is. It is `next_replayed` when its log must be read again from the first event.
    A number that is not the epoch of a restored log is in `next_generation` instead, which the release before (0.1.0)
    does not read. `incomplete` says that what readers see may lack events until the next one is shown.
    `relayed` says whether a relay is between the log and the view; true until a leader knows better.
    `rules` numbers the rules by which its records are counted (`kinds.rules_of`); 0: by more than one.
    `rebuild_asked` says that an operator asked for the next generation, which no leader has begun yet.
    """

    __tablename__ = "source_view"

    source: Mapped[str] = mapped_column(primary_key=True)
    active_epoch: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    active_log_epoch: Mapped[int | None] = mapped_column(Integer)
    next_epoch: Mapped[int | None] = mapped_column(Integer)
    next_generation: Mapped[int | None] = mapped_column(Integer)
    next_log_epoch: Mapped[int | None] = mapped_column(Integer)
    next_rules: Mapped[int | None] = mapped_column(Integer)
    next_replayed: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    next_since: Mapped[datetime | None]
    next_folded_at: Mapped[datetime | None]
    next_recorded_at: Mapped[datetime | None]
    events: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    last_event_at: Mapped[datetime | None]
    current_until: Mapped[datetime | None]
    lag_messages: Mapped[int | None] = mapped_column(BigInteger)
    incomplete: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    relayed: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    rules: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    rebuild_asked: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class Leadership(Base):
    """One row: who may write the view (`token`), and the number of its last visible change.

    Every transaction that writes the view locks this row and compares its token, so a leader that was paused and
    woke up after its successor is refused. `cells_token` is the token of the last leader that stores cells with states.
    """

    __tablename__ = "leadership"

    only_row: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"))
    token: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    holder: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    view_sequence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    reconciled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    cells_token: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (CheckConstraint("only_row", name="only_row"),)


class OrganisationState(Base):
    """An organisation as it is known now. `ancestors` holds itself and everything above it, nearest first."""

    __tablename__ = "organisation_state"

    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    code: Mapped[str]
    codes: Mapped[list[str]]
    level: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str | None]
    parent_id: Mapped[UUID | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    ancestors: Mapped[list[UUID]]

    __table_args__ = (
        Index("ix_organisation_state_codes", "codes", postgresql_using="gin"),
        Index("ix_organisation_state_level", "epoch", "level"),
        Index("ix_organisation_state_ended", "epoch", "valid_to", postgresql_where=text("valid_to IS NOT NULL")),
    )


class OrganisationCount(Base):
    """How many organisations of a level stand below `scope` (zero: the country) now; what has ended is not counted."""

    __tablename__ = "organisation_count"

    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    scope: Mapped[UUID] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(primary_key=True)
    bodies: Mapped[int] = mapped_column(Integer)


class OrganisationHistory(Base):
    """Where an organisation stood and which codes it had, from a version on.

    One that `moves` may have changed the place of an organisation: it was merged, closed or upgraded.
    """

    __tablename__ = "organisation_history"

    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    valid_from: Mapped[datetime]
    codes: Mapped[list[str]]
    parent_id: Mapped[UUID | None]
    moves: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (Index("ix_organisation_history_moves", "epoch", "valid_from", postgresql_where=text("moves")),)


class ProgrammeState(Base):
    """A programme as it is known now; a null `reach` is national, as in rows of the release before."""

    __tablename__ = "programme_state"

    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    programme_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    slug: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str | None]
    owner_organisation_id: Mapped[UUID | None]
    reach: Mapped[str | None]
    demonstration: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        Index("ix_programme_state_slug", "epoch", "slug"),
        Index("ix_programme_state_own", "epoch", postgresql_where=text("reach = 'own'")),
    )


class ProgrammeHistory(Base):
    """Whose programme it was, how far its work reached, and which groups of work it had, from a version on.

    `work_groups` are the codes of groups, and `group/part` of each of their parts.
    """

    __tablename__ = "programme_history"

    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    programme_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    valid_from: Mapped[datetime]
    owner_organisation_id: Mapped[UUID | None]
    reach: Mapped[str]
    work_groups: Mapped[list[str]]

    __table_args__ = (
        Index("ix_programme_history_changed", "epoch", "valid_from", postgresql_where=text("version > 1")),
    )


class Counter(Base):
    """Amounts, rolled up on write: `n` holds whole numbers, `fraction` what is left of an amount, and both are added.

    `scope` is an organisation with everything below it (zero: the country); `programme` and `assigned_by` are empty
    for all. A status query reads the rows of one scope, programme and assigning level. `latest` is the greatest instant
    of a flow's changes of the day that its slot names, where the flow keeps that.
    """

    __tablename__ = "counter"

    source: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    scope: Mapped[UUID] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(primary_key=True)
    assigned_by: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)
    fraction: Mapped[Decimal] = mapped_column(Numeric, server_default=text("0"))
    latest: Mapped[datetime | None]

    # Room on each page keeps updates of `n` from touching the index.
    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)


class DayDelta(Base):
    """What a body itself gained and lost on a civil day, by programme and assigning level (zero: what has no body).

    `period` is `d` for the changes of `day`, `m` for the sum of those of the month that begins with it. What changed by
    time alone changed at `crossed_at`; the rest has `-infinity` there. Days that are still to come have the deadlines
    that are known now.
    """

    __tablename__ = "day_delta"

    source: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    scope: Mapped[UUID] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(primary_key=True)
    assigned_by: Mapped[str] = mapped_column(primary_key=True)
    crossed_at: Mapped[datetime] = mapped_column(primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Numeric)

    __table_args__ = ({"postgresql_with": {"fillfactor": 80}},)


class DayRollup(Base):
    """The same of all bodies below `scope` (zero: the country): by programme and level, each also empty, for all."""

    __tablename__ = "day_rollup"

    source: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    scope: Mapped[UUID] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(primary_key=True)
    assigned_by: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    crossed_at: Mapped[datetime] = mapped_column(primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Numeric)

    __table_args__ = ({"postgresql_with": {"fillfactor": 80}},)


class Gap(Base):
    """A version that another one names as its predecessor and that never came: a lost event until it arrives."""

    __tablename__ = "gap"

    source: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    entity_type: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[UUID] = mapped_column(primary_key=True)
    missing_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    noticed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class SourceCensus(Base):
    """The newest counts that a source has stated, and what the last comparison with some found.

    They hold at `position` in its log of `log_epoch`. `kept_at` is when they were folded; `sent_at` when its relay was
    known to have sent everything before them. `differences` are those of generation `judged_generation` with the census
    of `judged_position`; an empty list: they agree.
    """

    __tablename__ = "source_census"

    source: Mapped[str] = mapped_column(primary_key=True)
    log_epoch: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(BigInteger)
    counted_at: Mapped[datetime]
    counts: Mapped[list[dict[str, Any]]]
    kept_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    judged_generation: Mapped[int | None] = mapped_column(Integer)
    judged_position: Mapped[int | None] = mapped_column(BigInteger)
    judged_at: Mapped[datetime | None]
    differences: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))


class Reconciliation(Base):
    """A comparison that found a difference, and when it was repaired."""

    __tablename__ = "reconciliation"

    reconciliation_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    checked_at: Mapped[datetime]
    differences: Mapped[list[dict[str, Any]]]
    repaired_at: Mapped[datetime | None]


for _kind in KINDS:
    kind_tables(_kind, Base.metadata)
