"""What monitoring counts. A new kind is a file of this folder, a line here, and a migration with its two tables.

`KINDS` is looked up when it is needed, never copied at import: tests add kinds of their own.
"""

from sixclear.monitoring.kinds.assessment import ASSESSMENT
from sixclear.monitoring.kinds.budget import BUDGET
from sixclear.monitoring.kinds.criteria import CRITERIA
from sixclear.monitoring.kinds.decision import DECISION
from sixclear.monitoring.kinds.document import DOCUMENT
from sixclear.monitoring.kinds.entry import ENTRY
from sixclear.monitoring.kinds.evidence import EVIDENCE
from sixclear.monitoring.kinds.filing import FILING
from sixclear.monitoring.kinds.indicator import INDICATOR
from sixclear.monitoring.kinds.kind import AnyKind
from sixclear.monitoring.kinds.obstacle import OBSTACLE
from sixclear.monitoring.kinds.period import PERIOD
from sixclear.monitoring.kinds.submission import SUBMISSION
from sixclear.monitoring.kinds.task import TASK
from sixclear.monitoring.kinds.urge import URGE
from sixclear.monitoring.kinds.value import VALUE

KINDS: tuple[AnyKind, ...] = (
    TASK,
    PERIOD,
    EVIDENCE,
    DECISION,
    URGE,
    FILING,
    OBSTACLE,
    DOCUMENT,
    BUDGET,
    CRITERIA,
    ASSESSMENT,
    INDICATOR,
    VALUE,
    SUBMISSION,
    ENTRY,
)

# Raised when the view keeps something new of every kind, so that the next generation has it: 1 with changes by day.
KEPT = 1


def kinds_of(source: str) -> tuple[AnyKind, ...]:
    """The kinds whose events come from the log of `source`."""
    return tuple(kind for kind in KINDS if kind.source == source)


def find_kind(source: str, entity_type: str) -> AnyKind | None:
    """The kind of these events, if monitoring reads it."""
    return next((kind for kind in KINDS if (kind.source, kind.name) == (source, entity_type)), None)


def rules_of(source: str) -> int:
    """By which rules this release counts the records of a source: rises with a kind's rules, with a new kind, and with
    what is kept of every kind."""
    return KEPT + sum(kind.rules for kind in kinds_of(source))


def sources() -> tuple[str, ...]:
    """The sources of all kinds, each once."""
    return tuple(dict.fromkeys(kind.source for kind in KINDS))
