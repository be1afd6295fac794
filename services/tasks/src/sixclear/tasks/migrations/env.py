"""Alembic runs here; see sixclear.common.migrations."""

from sixclear.common.migrations import run_env
from sixclear.tasks.assessment import models as assessment
from sixclear.tasks.budget import models as budget
from sixclear.tasks.comment import models as comment
from sixclear.tasks.criteria import models as criteria
from sixclear.tasks.decision import models as decision
from sixclear.tasks.directive import models as directive
from sixclear.tasks.document import models as document
from sixclear.tasks.evidence import models as evidence
from sixclear.tasks.file import models as file
from sixclear.tasks.filing import models as filing
from sixclear.tasks.indicator import models as indicator
from sixclear.tasks.milestone import models as milestone
from sixclear.tasks.obstacle import models as obstacle
from sixclear.tasks.organisation import models as organisation
from sixclear.tasks.period import models as period
from sixclear.tasks.programme import models as programme
from sixclear.tasks.sheet import models as sheet
from sixclear.tasks.tables import Base
from sixclear.tasks.task import models as task
from sixclear.tasks.urge import models as urge
from sixclear.tasks.value import models as value

# A table is known once its module is imported.
TABLES = (
    obstacle,
    budget,
    comment,
    decision,
    evidence,
    file,
    filing,
    milestone,
    period,
    organisation,
    programme,
    directive,
    document,
    sheet,
    task,
    urge,
    indicator,
    value,
    criteria,
    assessment,
)

run_env(Base.metadata)
