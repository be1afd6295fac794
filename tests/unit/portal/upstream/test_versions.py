"""An answer that has not changed is the same object, and what is kept of answers is bounded."""

from sixclear.portal.upstream.answer import Answer
from sixclear.portal.upstream.versions import Versions


class Figure(Answer):
    value: int


def test_an_answer_that_says_the_same_is_the_one_of_before() -> None:
    versions = Versions()
    first = versions.keep("q", Figure(value=1), None, b"1")
    assert versions.keep("q", Figure(value=1), None, b"1 ") is first
    second = versions.keep("q", Figure(value=2), None, b"2")
    assert second is not first
    assert second == Figure(value=2)


def test_only_a_strong_tag_is_asked_with() -> None:
    versions = Versions()
    for tag, known in (('"1.4"', '"1.4"'), ('W/"1.4"', None), (None, None)):
        versions.keep("q", Figure(value=1), tag, b"1")
        version = versions.find("q")
        assert version is not None
        assert version.tag == known


def test_what_is_kept_is_bounded_by_count_and_by_size() -> None:
    versions = Versions(most=3, most_bytes=100)
    for number in range(5):
        versions.keep(number, Figure(value=number), None, b"x")
    assert [versions.find(number) is not None for number in range(5)] == [False, False, True, True, True]
    versions.keep("large", Figure(value=1), None, b"x" * 98)
    assert len(versions) == 3
    versions.keep("too large", Figure(value=1), None, b"x" * 101)
    assert len(versions) == 0
    versions.keep("small", Figure(value=1), None, b"x" * 100)
    assert len(versions) == 1, "what went is not counted any more"


def test_what_was_asked_for_lately_stays() -> None:
    versions = Versions(most=2)
    versions.keep("a", Figure(value=1), '"1"', b"1")
    versions.keep("b", Figure(value=2), '"1"', b"2")
    version = versions.find("a")
    assert version is not None
    assert versions.holds("a", version) is version.answer
    versions.keep("c", Figure(value=3), None, b"3")
    assert versions.find("b") is None
    assert versions.find("a") is not None


def test_what_is_gone_is_forgotten() -> None:
    versions = Versions(most_bytes=10)
    versions.keep("a", Figure(value=1), None, b"x" * 10)
    versions.forget("a")
    versions.forget("a")
    versions.keep("b", Figure(value=1), None, b"x" * 10)
    assert (versions.find("a"), len(versions)) == (None, 1)
