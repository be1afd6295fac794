"""Figures that monitoring refuses: the pages say why, that operators repair it, and nothing that is not so."""

import re

import httpx2
import pytest
from tests.integration.portal.shown_pages import UNIT
from tests.integration.portal.test_pages import Document
from tests.integration.portal.upstream import Upstream

from sixclear.portal.words.languages import NAMES

pytestmark = pytest.mark.asyncio

WHY = {
    "vi": "Không hiện số liệu: số đếm và bản ghi không khớp.",
    "en": "The figures are not shown: counters and records differ.",
    "ar": "لا تُعرض الأرقام: العدّادات والسجلات غير متطابقة.",
}
WHO = {
    "vi": "Người vận hành phải sửa; số liệu trở lại khi hai bên khớp nhau.",
    "en": "Operators have to repair this; the figures come back when both agree again.",
    "ar": "على المشغّلين إصلاح ذلك، وتعود الأرقام عندما تتطابق من جديد.",
}
# What is so of a service that is away, and not of one that refuses: it did answer, and to wait does not help.
AWAY = {
    "vi": ("chưa trả lời", "vẫn đúng", "sau ít phút", "chưa có số liệu", "Chưa lấy được"),
    "en": ("did not answer", "still right", "in a few minutes", "no figures yet", "could not be read"),
    "ar": ("لم تُجب", "ما يظهر صحيح", "بعد دقائق", "لا أرقام بعد"),
}


async def words_of(browser: httpx2.AsyncClient, path: str, language: str) -> str:
    page = await browser.get(path, params={**httpx2.URL(path).params, "lang": language})
    assert page.status_code == 200
    main = re.search(r"<main.*?</main>", page.text, re.DOTALL)
    assert main is not None
    return Document(main[0]).text


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("path", ["/", "/?as_of=2025-12-04", UNIT, "/catalogue"])
async def test_a_page_says_why_its_figures_are_refused(
    browser: httpx2.AsyncClient, upstream: Upstream, path: str, language: str
) -> None:
    upstream.unreconciled = True
    said = await words_of(browser, path, language)
    # On the home page the total, the timeline and the units each say it, once.
    assert said.count(WHY[language]) == (3 if path.startswith("/?") or path == "/" else 1)
    assert said.count(WHO[language]) == 1
    assert [words for words in AWAY[language] if words in said] == []
    upstream.unreconciled = False
    assert WHY[language] not in await words_of(browser, path, language)


async def test_what_is_not_counted_is_still_shown(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.unreconciled = True
    said = await words_of(browser, "/", "en")
    assert "Longest overdue" in said or "60 days overdue" in said
    assert "This page is not complete." not in said


async def test_a_service_that_is_away_beside_refused_figures_is_named(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.unreconciled = True
    upstream.away.add("data-catalog")
    said = await words_of(browser, "/catalogue", "en")
    assert "did not answer" in said
    assert WHY["en"] in said


async def test_units_without_figures_are_said_once_when_monitoring_is_away(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.away.add("monitoring")
    said = await words_of(browser, "/", "en")
    assert "no figures yet" not in said
    units = said.split("Provinces and cities: share of tasks overdue")[1]
    assert units.count("The figures could not be read just now.") == 1


async def test_the_problem_behind_the_code_is_explained(browser: httpx2.AsyncClient) -> None:
    said = await words_of(browser, "/problems/figures-do-not-reconcile", "en")
    assert "differ from a count of the records" in said
