"""Figures of results, as they are answered."""

from datetime import datetime

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.monitoring.status.schemas import BudgetFigures, DocumentFigures, Filters


class _Results(Schema):
    as_of: datetime
    staleness_seconds: float | None = Field(description="Age of the view; null while it is not known.")
    filters: Filters
    demonstration_included: bool = Field(description="Whether generated records are among those counted.")
    records: str = Field(description="Where the records that are counted are listed, each with its source.")


class Documents(_Results):
    """How many documents of law and administration there are, by type and by how they stand."""

    documents: DocumentFigures | None = Field(
        description="Null while no document was heard of, or the records are counted again after an upgrade."
    )


class Budgets(_Results):
    """What money came to by stage."""

    budgets: BudgetFigures | None = Field(
        description="Over all years. Null while no line was heard of, or the records are counted again after an "
        "upgrade."
    )
    by_year: dict[str, BudgetFigures] = Field(description="The same of each year of which there are lines.")
