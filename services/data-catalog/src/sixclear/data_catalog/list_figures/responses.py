"""Rows of programme lists and their counts as responses."""

from collections.abc import Sequence
from typing import Any

from sixclear.data_catalog.entry.risk import RULE, RULE_VERSION
from sixclear.data_catalog.list_figures.repository import Count
from sixclear.data_catalog.list_figures.schemas import EditionView, ListView, RiskCounts, StageCounts
from sixclear.data_catalog.programme_list.models import ProgrammeList, ProgrammeListEdition


def list_figures_response(
    lists: Sequence[ProgrammeList], editions: Sequence[ProgrammeListEdition], counts: Sequence[Count]
) -> list[ListView]:
    """Programme lists with their editions and counts."""
    return [
        ListView(
            slug=row.slug,
            name_vi=row.name_vi,
            name_en=row.name_en,
            editions=[
                EditionView(
                    edition=edition.edition,
                    legal_basis=edition.legal_basis,
                    **_counted(counts, edition.slug, edition.edition),
                )
                for edition in editions
                if edition.slug == row.slug
            ],
            **_counted(counts, row.slug, None),
        )
        for row in lists
    ]


def _counted(counts: Sequence[Count], slug: str, edition: str | None) -> dict[str, Any]:
    """The figures of an edition, or of the whole list."""
    own = [count for count in counts if (count.slug, count.edition) == (slug, edition)]
    return {
        "total": sum(count.entries for count in own),
        "stages": StageCounts.model_validate({count.deployment_stage: count.entries for count in own}),
        "at_risk": sum(count.at_risk for count in own),
        "risks": RiskCounts(
            declared=sum(count.at_risk for count in own),
            computed=sum(count.computed_risk for count in own),
            either=sum(count.either_risk for count in own),
            not_known=sum(count.risk_not_known for count in own),
            rule=RULE,
            rule_version=RULE_VERSION,
        ),
        "demonstration": sum(count.demonstration for count in own),
    }
