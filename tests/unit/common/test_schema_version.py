"""The newest revision is read from names of files; Alembic finds the same one by following the migrations."""

import pytest
from alembic.script import ScriptDirectory

from sixclear.common import migrations
from sixclear.common.schema_version import newest
from sixclear.launcher.registry import SERVICES


@pytest.mark.parametrize("package", [service.package for service in SERVICES if service.has_database])
def test_the_newest_revision_is_the_head_of_the_migrations(package: str) -> None:
    assert ScriptDirectory.from_config(migrations.configuration(package)).get_current_head() == newest(package)
