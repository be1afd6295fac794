"""Which sentences of a text a template has, without a database."""

from uuid import UUID

import pytest

from sixclear.feedback.answer_template.rules import Template, gaps_left, read, says_nothing

THANKS = Template(UUID(int=1), "Cơ quan cảm ơn ý kiến của ông/bà. Sau khi xem xét, cơ quan trả lời như sau.", True)
PASSED_ON = Template(UUID(int=2), "Nội dung đã được chuyển đến {tên cơ quan} để xem xét.", False)
WORKS = Template(UUID(int=3), "Cơ quan sẽ {việc} trước ngày {ngày}.", True)
ALL = [THANKS, PASSED_ON, WORKS]


@pytest.mark.parametrize(
    "text",
    [
        THANKS.text,
        "Cơ quan cảm ơn ý kiến của ông/bà.",
        "co quan CẢM ƠN  ý kiến của ông/bà !\n\nSau khi xem xét, cơ quan trả lời như sau:\n".replace(":", "."),
        "Nội dung đã được chuyển đến Bộ Tài chính để xem xét.",
        "Cơ quan cảm ơn ý kiến của ông/bà. Nội dung đã được chuyển đến UBND xã Ea M'Droh để xem xét",
        "Cơ quan sẽ {việc} trước ngày {ngày}.",
        "...",
    ],
)
def test_a_template_that_nothing_was_added_to_says_nothing(text: str) -> None:
    assert says_nothing(read(text, ALL))


@pytest.mark.parametrize(
    "text",
    [
        "Cơ quan cảm ơn ý kiến của ông/bà. Phí là 12.000 đồng theo mục III.4.",
        "Cơ quan sẽ lắp 12 camera trước ngày 31/3/2026.",
        "Nội dung đã được chuyển đến Bộ Tài chính để xem xét. Phí không thay đổi.",
        "Nội dung đã được chuyển đến để xem xét.",
    ],
)
def test_a_word_of_its_own_says_something(text: str) -> None:
    assert not says_nothing(read(text, ALL))


def test_what_was_left_unchanged_is_found_at_its_place() -> None:
    text = "Phí là 12.000 đồng.\n  Cơ quan cảm ơn ý kiến của ông/bà.\nTrân trọng."
    found = [(text[one.start : one.end], one.template_id) for one in read(text, ALL) if not one.says]
    assert found == [("Cơ quan cảm ơn ý kiến của ông/bà.", THANKS.template_id)]


def test_a_gap_of_a_template_is_not_left_in_an_answer_and_other_braces_are_text() -> None:
    assert gaps_left("Cơ quan sẽ {việc} và {khác}. {ngày} {ngày}", ALL) == ["{việc}", "{ngày}"]


def test_a_long_text_is_read_in_no_time_that_grows_with_its_gaps() -> None:
    gaps = Template(UUID(int=4), " ".join(["a {x}"] * 40) + " z.", True)
    assert not says_nothing(read("a " * 5000 + "b", [gaps] * 100))
