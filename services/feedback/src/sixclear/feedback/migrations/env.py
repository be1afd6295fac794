"""Alembic runs here; see sixclear.common.migrations."""

from sixclear.common.migrations import run_env
from sixclear.feedback.allowance import models as allowance
from sixclear.feedback.answer import models as answer
from sixclear.feedback.endorsement import models as endorsement
from sixclear.feedback.escrow import models as escrow
from sixclear.feedback.identity import models as identity
from sixclear.feedback.link import models as link
from sixclear.feedback.mailbox import models as mailbox
from sixclear.feedback.notice import models as notice
from sixclear.feedback.open311 import models as open311
from sixclear.feedback.organisation import models as organisation
from sixclear.feedback.public_clock import models as public_clock
from sixclear.feedback.publication import models as publication
from sixclear.feedback.sealing import models as sealing
from sixclear.feedback.statistics import models as statistics
from sixclear.feedback.submission import models as submission
from sixclear.feedback.tables import Base

__all__ = [
    "allowance",
    "answer",
    "endorsement",
    "escrow",
    "identity",
    "link",
    "mailbox",
    "notice",
    "open311",
    "organisation",
    "public_clock",
    "publication",
    "sealing",
    "statistics",
    "submission",
]

run_env(Base.metadata)
