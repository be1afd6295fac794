"""A rebuild that is asked for during another one is done after it, and a dead leader leaves no position of a replay."""

from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.monitoring.conftest import View
from tests.integration.monitoring.kinds.test_generations import rebuild, replay, source, swap

from sixclear.common.bus import positions
from sixclear.common.bus.protocol import Position
from sixclear.monitoring import kinds
from sixclear.monitoring.lead.replays import Replays
from sixclear.monitoring.view import sources as views

pytestmark = pytest.mark.asyncio


async def test_a_rebuild_that_is_asked_for_during_another_one_follows_it(
    view: View, plans: Any, made_up: Any, events: Any
) -> None:
    view.now, told = events.now, [plans.plan("a"), plans.plan("b")]
    await view.fold(told)
    await rebuild(view)
    first = (await source(view)).next_epoch
    assert first == 2
    await replay(view, told[:1])
    await rebuild(view)
    assert (await source(view)).next_epoch == first, "the one that is under way goes on"
    await replay(view, told[1:])
    await swap(view)
    assert (await source(view)).active_epoch == first
    assert (await source(view)).rebuild_asked, "the leader begins the next one"
    await rebuild(view)
    assert (await source(view)).next_epoch == 3
    await replay(view, told)
    await swap(view)
    state = await source(view)
    assert (state.active_epoch, state.next_epoch, state.rules) == (3, None, kinds.rules_of("tasks"))
    assert not state.rebuild_asked


async def test_the_positions_of_a_dead_leaders_replay_are_forgotten(view: View) -> None:
    async with view.database.transaction() as session:
        for group in ("monitoring.tasks", "monitoring.tasks.2", "monitoring.tasks.3", "monitoring.data-catalog.2"):
            await positions.save(session, group, {}, {"tasks.task/0": Position(9, 9, 1)}, view.now)
    replays = Replays(view.database, lambda *_: pytest.fail("no replay is needed"))
    async with view.database.session() as session:
        known = await views.sources(session)
    await replays.follow({"tasks": known["tasks"]})
    async with view.database.session() as session:
        left = text("SELECT consumer_group FROM consumer_position ORDER BY 1")
        groups = list((await session.execute(left)).scalars())
    assert groups == ["monitoring.data-catalog.2", "monitoring.tasks"]
