"""Made-up histories through the API of tasks: what monitoring says, now and of the past, is what a count by hand says.

Bodies are merged, one of them with its own programme, and programmes change their reach and their groups meanwhile.
"""

from collections import Counter
from collections.abc import Iterable
from random import Random

import pytest
from tests.integration.counted_by_hand import Asked, Rows, answered, figures
from tests.integration.made_up_history import History
from tests.integration.tasks_and_monitoring import Both, both

from sixclear.monitoring.view.reconcile import differences
from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio

__all__ = ["both"]

BODIES = ("P57", "75", "77", "77-2")


def questions() -> Iterable[Asked]:
    """The country, programmes, groups and their parts, and bodies with and without a reach."""
    yield from (Asked(), Asked(reach="own"), Asked(reach="national"))
    yield from (Asked(programme=slug) for slug in ("plan", "side", "own-77"))
    yield from (Asked(programme="plan", group=group) for group in ("the-che", "the-che-2", "ha-tang"))
    for body in (str(organisation_id(code)) for code in BODIES):
        yield from (Asked(organisation=body), Asked(organisation=body, programme="side"))
        yield Asked(organisation=body, reach="own")
    yield Asked(organisation=str(organisation_id("77")), programme="plan", group="the-che")


async def compare(both: Both, history: History, rows: Rows, *, past: bool, by_now: bool = False) -> None:
    """Ask all questions about an instant, and count by hand."""
    at = {"as_of": rows.at.isoformat()} | ({"tree": "now"} if by_now else {}) if past else {}
    for asked in questions():
        answer = await both.site.get("/status", **asked.query, **at)
        if answer.status_code == 422 and asked.group is not None:
            continue
        assert answer.status_code == 200, (asked, answer.text)
        by = history.now if by_now else None
        expected = figures(rows, asked, by=by, known=history.now, never=history.restricted)
        assert answered(answer.json()) == expected, (asked, at)


async def tell(both: Both, seed: int, steps: int, instants: int) -> Counter[str]:
    """Tell a history, and compare now and then on its way, and at its end about instants that are past."""
    history, dice = History(both.service, seed), Random(seed)
    await history.begin()
    for number in range(1, steps + 1):
        await history.step()
        if number % (steps // 2) == 0:
            await both.follow()
            await compare(both, history, history.now, past=False)
    for number, rows in enumerate(dice.sample(history.kept, instants)):
        await compare(both, history, rows, past=True)
        if number % 2:
            await compare(both, history, rows, past=True, by_now=True)
    async with both.view.database.session() as session:
        assert await differences(session, lambda: both.view.now) == []
    return history.taken


@pytest.mark.parametrize("seed", [1, 4, 7])
async def test_figures_are_what_a_count_by_hand_says(both: Both, seed: int) -> None:
    taken = await tell(both, seed, 80, 3)
    assert len(+taken) > 15, "so many kinds of requests were taken"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
async def test_figures_of_long_histories_are_too(both: Both, seed: int) -> None:
    await tell(both, seed, 400, 12)
