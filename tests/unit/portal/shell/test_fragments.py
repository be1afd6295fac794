"""What was rendered before is shown again for the same answer, and never kept of a page that is one visitor's."""

from sys import getsizeof

from jinja2 import Environment
from markupsafe import Markup

from sixclear.portal.shell.fragments import Fragments
from sixclear.portal.upstream.answer import Answer

TEMPLATE = "{% call kept('part', answer, value) %}<b>{{ made() }}</b>{% endcall %}"


class Figure(Answer):
    value: int = 1


class Page:
    def __init__(self, fragments: Fragments, language: str = "vi") -> None:
        environment = Environment(autoescape=True)
        environment.globals["kept"] = fragments.of(language)
        self._template = environment.from_string(TEMPLATE)
        self.made = 0

    def shown(self, answer: Answer | None, value: str = "", private: bool = False) -> str:
        def made() -> int:
            self.made += 1
            return self.made

        return self._template.render(answer=answer, value=value, private=private, made=made)


def test_a_part_is_made_once_for_an_answer_and_what_it_is_shown_with() -> None:
    page, answer, other = Page(Fragments()), Figure(), Figure()
    assert [page.shown(answer), page.shown(answer)] == ["<b>1</b>", "<b>1</b>"]
    assert page.shown(answer, "today") == "<b>2</b>"
    assert page.shown(other) == "<b>3</b>", "an answer is the same when it is the same object"
    assert page.shown(answer) == "<b>1</b>"


def test_each_language_has_its_own() -> None:
    fragments, answer = Fragments(), Figure()
    Page(fragments, "vi").shown(answer)
    english = Page(fragments, "en")
    english.shown(answer)
    assert english.made == 1


def test_nothing_is_kept_of_a_private_page_or_without_an_answer() -> None:
    fragments = Fragments()
    page, answer = Page(fragments), Figure()
    for _ in range(2):
        page.shown(answer, private=True)
        page.shown(None)
    assert (page.made, len(fragments)) == (4, 0)


def test_what_is_kept_is_bounded_by_count_and_by_size() -> None:
    answers = [Figure() for _ in range(6)]
    few, small = Fragments(most=2), Fragments(most_bytes=2 * getsizeof(Markup("<b>1</b>")))
    for fragments in (few, small):
        page = Page(fragments)
        for answer in answers:
            page.shown(answer)
        assert len(fragments) == 2
        page.shown(answers[-1])
        assert page.made == 6
        page.shown(answers[0])
        assert page.made == 7
