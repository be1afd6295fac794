"""A request to send again names what is there, or is refused."""

from pathlib import Path
from uuid import uuid4

import pytest

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.launcher.replay import replay


@pytest.mark.asyncio
async def test_an_entity_that_no_event_speaks_of(
    clone_database: CloneDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIXCLEAR_FEEDBACK_DATABASE_URL", await clone_database("sixclear.feedback"))
    settings = CommonSettings(home=tmp_path, kafka_bootstrap_servers="127.0.0.1:1")
    unknown = uuid4()
    with pytest.raises(CannotStart, match=str(unknown)):
        await replay(settings, "feedback", position=1, entity_id=unknown)
