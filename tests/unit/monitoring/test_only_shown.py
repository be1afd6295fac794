"""No rule of a kind reads the facts that are only shown: where only they differ, nothing is counted elsewhere."""

from datetime import UTC, datetime
from typing import Any

from tests.unit.monitoring.test_examples import EXAMPLES, envelope

from sixclear.monitoring.kinds import KINDS
from sixclear.monitoring.kinds.kind import AnyKind
from sixclear.monitoring.view.batches import read
from sixclear.monitoring.view.states import place_of


class Blind:
    """Facts without those that are only shown."""

    def __init__(self, kind: AnyKind, facts: Any) -> None:
        self._kind, self._facts = kind, facts

    def __getattr__(self, name: str) -> Any:
        assert name not in self._kind.only_shown, f"a rule reads {name}"
        return getattr(self._facts, name)


def test_no_rule_reads_what_is_only_shown() -> None:
    batches = [batch for path in EXAMPLES for batch in read([envelope(path)])]
    counted = set()
    for kind in KINDS:
        versions = [one for batch in batches for one in batch.entities.get(kind.name, []) if one.facts is not None]
        for facts in [Blind(kind, one.facts) for one in versions]:
            for at in (datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)):
                values: Any = kind.values(facts, at)
                kind.boundary(facts, at)
                place_of(kind, facts)
                counted |= {kind.name} if values is not None and list(kind.cells(facts, *values)) else set()
    assert counted == {kind.name for kind in KINDS}
    assert any(kind.only_shown for kind in KINDS)
