"""The table of cases of freshness: whether an entry of the catalogue lives."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class FreshnessCase:
    """What is known of an entry at `now`, and what its freshness is then."""

    title: str
    last_at: datetime | None
    promised_period_seconds: int | None
    now: datetime
    freshness: str


CASES = TypeAdapter(list[FreshnessCase]).validate_json(Path(__file__).with_name("freshness.json").read_bytes())
