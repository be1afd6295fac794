"""Periods as the API answers them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sixclear.common.calendar import calendar
from sixclear.common.clock import civil_date
from sixclear.common.web.calendar import SpecialDayView
from sixclear.tasks.evidence.schemas import EvidenceCounts
from sixclear.tasks.organisation.schemas import OrganisationBrief
from sixclear.tasks.period.lifecycle import timing
from sixclear.tasks.period.models import Period, record_of
from sixclear.tasks.period.schemas import DueDay, PeriodToConfirm, RecurringPeriodView
from sixclear.tasks.programme.rules import Terms
from sixclear.tasks.task.models import Task

_BASIS = "Civil Code 91/2015/QH13, Art. 148.5"
_BY_PROGRAMME = "the programme's rule for due days"
_DERIVED = {"due", "timing", "percent", "text", "evidence", "needs_confirmation"}
_COLUMNS = set(RecurringPeriodView.model_fields) - _DERIVED


@dataclass(frozen=True, slots=True)
class OnPeriods:
    """What was said on periods: the text of reports by the version of the task, the evidence by the period's key."""

    texts: Mapping[int, str]
    evidence: Mapping[str, EvidenceCounts]


def period_response(
    period: Period, said: OnPeriods, terms: Terms, now: datetime, *, everything: bool
) -> RecurringPeriodView:
    """A period at the instant `now`; with `everything` also what was reported while the task was restricted."""
    shown = everything or period.reported_in_public
    return RecurringPeriodView(
        due=_due(period),
        timing=timing(record_of(period), now),
        percent=_percent(period, everything=everything),
        text=said.texts.get(period.report_version or 0) if shown else None,
        evidence=said.evidence[period.key],
        needs_confirmation=terms.confirmed,
        **{name: getattr(period, name) for name in _COLUMNS},
    )


def _percent(period: Period, *, everything: bool) -> int | None:
    if everything:
        return period.percent
    if not period.reported_in_public:
        return None
    return period.percent if period.public_percent is None else period.public_percent


def period_to_confirm(
    period: Period, task: Task, organisation: OrganisationBrief | None, *, everything: bool
) -> PeriodToConfirm:
    """A period that was reported, with its task and the body that leads it; `everything` as in `period_response`."""
    assert period.reported_at is not None, "it was reported"
    return PeriodToConfirm(
        period_id=period.period_id,
        task_id=task.task_id,
        code=task.code,
        title=task.title,
        programme=task.programme.slug,
        organisation=organisation,
        key=period.key,
        due_at=period.due_at,
        reported_at=period.reported_at,
        timing=timing(record_of(period), period.reported_at),
        percent=_percent(period, everything=everything),
        version=period.version,
    )


def passed_word(view: RecurringPeriodView) -> str | None:
    """A word, in small letters, for what changes the answer and not the period: time, and decisions on its evidence."""
    missing = "missing" if view.timing == "missing" else ""
    counted = "".join(f"{name[0]}{count}" for name, count in view.evidence.model_dump().items() if count)
    return missing + counted.translate(_LETTERS) or None


_LETTERS = str.maketrans("0123456789", "bcdefghijk")


def _due(period: Period) -> DueDay:
    due_day = civil_date(period.due_at)
    first, last = sorted((period.day, due_day))
    special = calendar(period.edition).special_between(first - timedelta(days=1), last)
    moved = due_day != period.day
    return DueDay(
        rule_day=period.day,
        due_day=due_day,
        roll=period.roll,
        edition=period.edition,
        special=[_special(asdict(day)) for day in special] if moved else [],
        legal_basis=(_BASIS if period.roll == "next" else _BY_PROGRAMME) if moved else None,
    )


def _special(day: dict[str, object]) -> SpecialDayView:
    return SpecialDayView.model_validate({name: day[name] for name in SpecialDayView.model_fields})


def versions_of(periods: Sequence[Period]) -> set[int]:
    """The versions of the task that their last reports made."""
    return {period.report_version for period in periods if period.report_version is not None}
