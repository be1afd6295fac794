"""What tasks publishes. Persons appear as positions; restricted tasks do not appear."""

from sixclear.common.events.catalogue import EventCatalogue
from sixclear.tasks.assessment.events import ASSESSMENT_EVENTS
from sixclear.tasks.budget.events import BUDGET_EVENTS
from sixclear.tasks.census.events import CENSUS_EVENTS
from sixclear.tasks.comment.events import COMMENT_EVENTS
from sixclear.tasks.criteria.events import CRITERIA_EVENTS
from sixclear.tasks.decision.events import DECISION_EVENTS
from sixclear.tasks.directive.events import DIRECTIVE_EVENTS
from sixclear.tasks.document.events import DOCUMENT_EVENTS
from sixclear.tasks.evidence.events import EVIDENCE_EVENTS
from sixclear.tasks.filing.events import FILING_EVENTS
from sixclear.tasks.indicator.events import INDICATOR_EVENTS
from sixclear.tasks.milestone.events import MILESTONE_EVENTS
from sixclear.tasks.obstacle.events import OBSTACLE_EVENTS
from sixclear.tasks.organisation.events import ORGANISATION_EVENTS
from sixclear.tasks.period.events import PERIOD_EVENTS
from sixclear.tasks.programme.events import PROGRAMME_EVENTS
from sixclear.tasks.task.events import TASK_EVENTS
from sixclear.tasks.urge.events import URGE_EVENTS
from sixclear.tasks.value.events import VALUE_EVENTS

EVENTS = EventCatalogue(
    service="tasks",
    entities=(
        ORGANISATION_EVENTS,
        PROGRAMME_EVENTS,
        DIRECTIVE_EVENTS,
        DOCUMENT_EVENTS,
        TASK_EVENTS,
        MILESTONE_EVENTS,
        EVIDENCE_EVENTS,
        DECISION_EVENTS,
        PERIOD_EVENTS,
        COMMENT_EVENTS,
        URGE_EVENTS,
        FILING_EVENTS,
        OBSTACLE_EVENTS,
        BUDGET_EVENTS,
        CENSUS_EVENTS,
        INDICATOR_EVENTS,
        VALUE_EVENTS,
        CRITERIA_EVENTS,
        ASSESSMENT_EVENTS,
    ),
)
