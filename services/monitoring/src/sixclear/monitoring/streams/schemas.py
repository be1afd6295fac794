"""Streams and the age of the view, as they are reported and answered."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from sixclear.common.web.instants import Instant
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import words_of
from sixclear.monitoring.view.schemas import Difference

# Values reported by other processes are bounded: to numbers that JSON carries exactly (RFC 8259 §6), within a century.
# Slightly negative seconds are another machine's clock.
Messages = Annotated[int, Field(ge=0, le=2**53)]
Seconds = Annotated[float, Field(ge=-86_400, le=3_153_600_000)]


class SourceFreshness(Schema):
    """How far the view of one source is."""

    epoch: int
    rebuilding_epoch: int | None = Field(description="A restored log that is being folded beside the view.")
    events: int = Field(description="Events folded since the view was made; one that came again counts again.")
    last_event_at: datetime | None
    current_until: datetime | None = Field(
        description="Everything recorded up to here is in the view; null while that is not known."
    )
    lag_messages: int | None
    gaps: int = Field(description="Events that are known to be missing.")


class CensusView(Schema):
    """What a source counts itself, beside what the view counts at that position of its log."""

    epoch: int
    position: int = Field(description="The place in the source's log at which its newest census holds.")
    counted_at: datetime
    compared_position: int | None = Field(description="That of the census compared last; null: none was, since a swap.")
    compared_at: datetime | None
    agrees: bool | None = Field(description="Whether both counted the same then; while false, no figures are given.")
    differences: list[Difference]


class Stream(Schema):
    """The health of a relay or a consumer group."""

    service: Annotated[str, words_of(80)]
    name: Annotated[str, words_of(120)]
    kind: Annotated[str, words_of(20)]
    running: bool
    lag_messages: Messages | None
    lag_seconds: Seconds | None
    dead_letters: Messages
    last_progress_at: Instant | None
    detail: str = Field(max_length=2_000)


class StreamReport(Schema):
    """How the streams of another process are."""

    items: list[Stream] = Field(max_length=50)


class Streams(Schema):
    """The health of every stream of the platform, and of the view that they feed."""

    as_of: datetime
    staleness_seconds: float | None
    view_sequence: int
    reconciled: bool
    leading: bool
    sources: dict[str, SourceFreshness]
    censuses: dict[str, CensusView] = Field(default={}, description="By source; one that has stated none is left out.")
    items: list[Stream]
