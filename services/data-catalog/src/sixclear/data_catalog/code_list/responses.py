"""Rows of code lists as responses."""

from datetime import date, datetime
from typing import Any

from sixclear.common.clock import civil_date
from sixclear.data_catalog.code_list.models import CodeList, CodeListVersion
from sixclear.data_catalog.code_list.repository import Listed
from sixclear.data_catalog.code_list.schemas import (
    CodeListContent,
    CodeListSummary,
    CodeListVersionView,
    CodeListView,
    OwnCodeListView,
)
from sixclear.data_catalog.organisation.service import Briefs, brief

_OWN = ("code_list_id", "code", "owner_organisation_id", "demonstration")


def is_expired(last: str | None, now: datetime) -> bool:
    """Whether the last day of a code list has passed, in the civil time zone."""
    return last is not None and civil_date(now) > date.fromisoformat(last)


def code_list_summary(row: Listed, now: datetime, names: Briefs) -> CodeListSummary:
    """An approved code list as lists show it."""
    content = {"name_vi": row.name_vi, "name_en": row.name_en, "valid_until": row.valid_until}
    return CodeListSummary.model_validate(_told(row, content, now, names))


def code_list_response(row: CodeList, now: datetime, names: Briefs) -> CodeListView:
    """An approved code list with its values."""
    return CodeListView.model_validate(_told(row, row.content or {}, now, names))


def own_response(row: CodeList, draft: CodeListVersion | None) -> OwnCodeListView:
    """A code list as its keepers read it."""
    return OwnCodeListView(
        **{name: getattr(row, name) for name in (*_OWN, "approved_number", "draft_number", "version")},
        status=row.status,
        approved=None if row.content is None else CodeListContent.model_validate(row.content),
        draft=None if draft is None else CodeListContent.model_validate(draft.content),
    )


def version_response(row: CodeList, version: CodeListVersion) -> CodeListVersionView:
    """One approved version, as it will always be."""
    own = {"code": row.code, "number": version.number, "approved_at": version.approved_at}
    approved_by = {"approved_by_organisation_id": version.approved_by_organisation_id}
    return CodeListVersionView.model_validate(version.content | own | approved_by)


def _told(row: CodeList | Listed, content: dict[str, Any], now: datetime, names: Briefs) -> dict[str, Any]:
    return {
        **content,
        **{name: getattr(row, name) for name in _OWN},
        "owner": brief(names, row.owner_organisation_id),
        "number": row.approved_number,
        "approved_at": row.approved_at,
        "expired": is_expired(content.get("valid_until"), now),
    }
