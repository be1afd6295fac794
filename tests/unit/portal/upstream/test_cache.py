"""What is kept of other services' answers, for how long, and who shares it."""

import asyncio

import pytest

from sixclear.portal.upstream.cache import AnswerCache as Answers

pytestmark = pytest.mark.asyncio


class Service:
    """Counts how often it is asked; `now` is the time that the cache reads."""

    def __init__(self) -> None:
        self.asked = 0
        self.now = 0.0
        self.fails = False

    async def ask(self) -> int:
        self.asked += 1
        number = self.asked
        await asyncio.sleep(0)
        if self.fails:
            raise OSError
        return number


async def test_an_answer_is_kept_for_its_time_and_shared_on_its_way() -> None:
    service = Service()
    answers = Answers(lambda: service.now)
    assert await asyncio.gather(*(answers.get("a", 1.0, service.ask) for _ in range(5))) == [1] * 5
    service.now = 0.99
    assert await answers.get("a", 1.0, service.ask) == 1
    service.now = 1.0
    assert await answers.get("a", 1.0, service.ask) == 2


async def test_a_failure_is_told_to_all_who_wait_and_not_kept() -> None:
    service = Service()
    service.fails = True
    answers = Answers(lambda: service.now)
    told = await asyncio.gather(*(answers.get("a", 1.0, service.ask) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in told] == [OSError] * 3
    assert service.asked == 1
    assert len(answers) == 0
    service.fails = False
    assert await answers.get("a", 1.0, service.ask) == 2


async def test_the_oldest_goes_when_there_are_too_many() -> None:
    service = Service()
    answers = Answers(lambda: service.now, most=2)
    for key in ("a", "b", "c"):
        await answers.get(key, 1.0, service.ask)
    assert len(answers) == 2
    assert await answers.get("b", 1.0, service.ask) == 2
    assert await answers.get("a", 1.0, service.ask) == 4


async def test_who_leaves_does_not_take_the_answer_away() -> None:
    service = Service()
    answers = Answers(lambda: service.now)
    first = asyncio.create_task(answers.get("a", 1.0, service.ask))
    second = asyncio.create_task(answers.get("a", 1.0, service.ask))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 1
    assert first.cancelled()


async def test_closing_gives_up_what_is_on_its_way() -> None:
    answers = Answers()
    waiting = asyncio.create_task(answers.get("a", 1.0, asyncio.Event().wait))
    await asyncio.sleep(0)
    await answers.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
