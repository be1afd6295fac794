"""What looks like personal data is masked, and nothing that a public copy needs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.feedback.publication.masks import mask

FOUND = [
    ("Tôi tên là Nguyễn Văn An, ở xã An Bình.", "Tôi tên là [họ tên], ở xã An Bình.", "name"),
    ("Gặp chị Lê Thị Hoa ở bộ phận một cửa.", "Gặp chị [họ tên] ở bộ phận một cửa.", "name"),
    ("CCCD 001099012345", "CCCD [số giấy tờ]", "identity_number"),
    ("CCCD 001 099 012 345", "CCCD [số giấy tờ]", "identity_number"),
    ("CMND 123456789", "CMND [số giấy tờ]", "identity_number"),
    ("hộ chiếu C1234567", "hộ chiếu [số giấy tờ]", "identity_number"),
    ("thẻ DN4010112345678", "thẻ [số giấy tờ]", "identity_number"),
    ("gọi 0912.345.678", "gọi [số điện thoại]", "phone"),
    ("gọi 0912345678 nhé", "gọi [số điện thoại] nhé", "phone"),
    ("gọi +84 912 345 678", "gọi [số điện thoại]", "phone"),
    ("gọi (024) 3826 1234", "gọi [số điện thoại]", "phone"),
    ("gọi ０９１２３４５６７８", "gọi [số điện thoại]", "phone"),
    ("thư an.nguyen+1@thu.example.vn.", "thư [thư điện tử].", "email"),
    ("tài khoản 19034567890123", "tài khoản [dãy số]", "number"),
    ("xe 29A-123.45 đỗ", "xe [biển số xe] đỗ", "number_plate"),
    ("Số 8 đường Lê Lợi, xã An Bình. Sáng nay", "[địa chỉ]. Sáng nay", "address"),
    ("nhà số 12 ngõ 45 phố Vọng, phường Bạch Mai", "[địa chỉ]", "address"),
]
KEPT = [
    "theo Nghị quyết số 57-NQ/TW ngày 22/12/2024, Điều 12",
    "kinh phí 1.500.000.000 đồng, trong đó 900.000.000 VND",
    "từ 2026-03-31 đến 31.12.2026",
    "Quyết định 1234/QĐ-UBND, 12 phòng thí nghiệm, 5 triệu người",
    "Ông ấy và bà con nông dân ở tỉnh An Giang",
]


@pytest.mark.parametrize(("written", "shown", "kind"), FOUND)
def test_what_leads_to_a_person_is_masked(written: str, shown: str, kind: str) -> None:
    masked = mask(written)
    assert (masked.text, masked.found) == (shown, {kind: 1})


@pytest.mark.parametrize("written", KEPT)
def test_what_a_reader_needs_is_left(written: str) -> None:
    masked = mask(written)
    assert (masked.text, masked.found) == (written, {})


@given(st.lists(st.sampled_from([written for written, *_ in FOUND] + KEPT), max_size=6).map(". ".join))
def test_masking_again_changes_nothing(written: str) -> None:
    once = mask(written)
    assert mask(once.text).found == {}
    assert mask(once.text).text == once.text


@given(st.text(alphabet="0123456789 .-@aÁĐ/+()ngõsố", max_size=200))
def test_no_long_number_without_a_date_or_money_is_left(written: str) -> None:
    """Whatever stands around them, no ten digits in a row stay."""
    text = mask(f"{written} 0912345678 x").text
    assert "0912345678 x" not in text
