"""Alembic runs here; see sixclear.common.migrations."""

from sixclear.common.migrations import run_env
from sixclear.data_catalog.code_list import models as code_list
from sixclear.data_catalog.document import models as document
from sixclear.data_catalog.element import models as element
from sixclear.data_catalog.entry import models as entry
from sixclear.data_catalog.organisation import models as organisation
from sixclear.data_catalog.programme_list import models as programme_list
from sixclear.data_catalog.tables import Base

__all__ = ["code_list", "document", "element", "entry", "organisation", "programme_list"]

run_env(Base.metadata)
