"""Rows of reopenings and appeals as responses."""

from typing import Any

from sixclear.feedback.appeal.models import Appeal, Reopening, reopening_reason, words_of
from sixclear.feedback.appeal.rules import Way
from sixclear.feedback.appeal.schemas import AppealView, AppealWay, DecidedAppeal, OwnAppeal, ReopeningView
from sixclear.feedback.organisation.service import Briefs, brief
from sixclear.feedback.sealing.values import CaseKey

_DERIVED = {"organisation", "reason", "text"}


def own_appeal(key: CaseKey, appeal: Appeal, names: Briefs) -> OwnAppeal:
    """An appeal as its sender sees it."""
    return OwnAppeal(**_columns(OwnAppeal, appeal), **_more(key, appeal, names))


def appeal_response(key: CaseKey, appeal: Appeal, names: Briefs) -> AppealView:
    """An appeal as the body that decides sees it."""
    return AppealView(**_columns(AppealView, appeal), **_more(key, appeal, names))


def decided_response(appeal: Appeal) -> DecidedAppeal:
    """An appeal that was decided, without words."""
    return DecidedAppeal.model_validate(appeal, from_attributes=True, extra="ignore")


def reopening_response(key: CaseKey, reopening: Reopening | None) -> ReopeningView | None:
    """That a case was opened again; None where it was not."""
    if reopening is None:
        return None
    return ReopeningView(reason=reopening_reason(key, reopening), reopened_at=reopening.reopened_at)


def way_response(way: Way | None) -> AppealWay | None:
    """The appeal that is open; None where none is."""
    return None if way is None else AppealWay.model_validate(way, from_attributes=True)


def _columns(view: type[OwnAppeal], appeal: Appeal) -> dict[str, Any]:
    return {name: getattr(appeal, name) for name in view.model_fields if name not in _DERIVED}


def _more(key: CaseKey, appeal: Appeal, names: Briefs) -> dict[str, Any]:
    return {"organisation": brief(names, appeal.organisation_id), **words_of(key, appeal)}
