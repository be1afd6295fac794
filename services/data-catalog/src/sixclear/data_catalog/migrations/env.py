"""Alembic runs here; see sixclear.common.migrations."""

from sixclear.common.migrations import run_env
from sixclear.data_catalog.models import Base

run_env(Base.metadata)
