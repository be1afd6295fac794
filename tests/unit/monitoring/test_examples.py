"""Monitoring reads every example event that the producers wrote down."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from sixclear.common.bus.envelope import Envelope
from sixclear.common.testing.examples import written_examples
from sixclear.monitoring.kinds import sources
from sixclear.monitoring.view.batches import read
from sixclear.monitoring.view.consumers import topics_of

ROOT = Path(__file__).resolve().parents[3]
READ = {topic.removesuffix(".v1").removeprefix("sixclear.") for source in sources() for topic in topics_of(source)}
EXAMPLES = sorted(
    path
    for source in sources()
    for path in (ROOT / "services" / source / "contracts" / "examples").glob("*.json")
    if f"{source}.{path.name.partition('.')[0]}" in READ
)


def envelope(path: Path) -> Envelope:
    example = written_examples(path.parent)[path.stem]
    _, _, service, entity_type, change, _ = example["type"].split(".")
    at = datetime.fromisoformat(example["time"])
    return Envelope(
        service=service,
        entity_type=entity_type,
        entity_id=UUID(example["subject"]),
        type=example["type"],
        change=change,
        version=example["version"],
        previous_version=example.get("previousversion"),
        position=1,
        epoch=1,
        occurred_at=at,
        recorded_at=at,
        data=example["data"],
        traceparent=None,
    )


def test_each_source_has_examples() -> None:
    assert {path.parts[-4] for path in EXAMPLES} == set(sources())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parts[-4]}/{path.stem}")
def test_an_example_is_read(path: Path) -> None:
    (batch,) = read([envelope(path)])
    if path.stem.startswith("census."):
        assert batch.census is not None
        assert batch.census.counts
        return
    (versions,) = (batch.tree or batch.entities).values()
    assert (versions[0].facts is None) == path.stem.endswith(".withdrawn")
