"""Alembic runs here; see sixclear.common.migrations."""

from sixclear.common.migrations import run_env
from sixclear.tasks.task.models import Base

run_env(Base.metadata)
