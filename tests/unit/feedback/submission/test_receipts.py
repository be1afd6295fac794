"""Receipt codes: the same for a retry, readable as people type them, and one wrong character is always found."""

import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.common.checked_code import ALPHABET, as_given, read_code
from sixclear.common.secret_files import secret_at
from sixclear.feedback.submission.receipts import Receipts, SecretUnusable

RECEIPTS = Receipts(b"a secret of thirty-two bytes !!!")
keys = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=200)
codes = keys.map(lambda key: RECEIPTS.code("public", key))


@given(keys)
def test_a_code_follows_from_the_key(key: str) -> None:
    code = RECEIPTS.code("public", key)
    assert code == RECEIPTS.code("public", key)
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4, 1]
    assert read_code(code) == code.replace("-", "")[:16]


def test_another_key_client_or_secret_gives_another_code_and_another_case() -> None:
    key = "0123456789abcdef"
    other = Receipts(b"another secret of thirty-two by!")
    codes = {
        RECEIPTS.code("public", key),
        RECEIPTS.code("public", key + "0"),
        RECEIPTS.code("desk", key),
        other.code("public", key),
    }
    assert len(codes) == 4
    assert RECEIPTS.submission_id("public", key) != RECEIPTS.submission_id("desk", key)
    assert RECEIPTS.submission_id("public", key).version == 8
    assert RECEIPTS.lookup_hash(RECEIPTS.code("public", key)) != other.lookup_hash(RECEIPTS.code("public", key))


@given(codes)
def test_people_type_it_as_they_like(code: str) -> None:
    typed = f" {code.lower().replace('-', ' ')} ".replace("0", "o").replace("1", "l")
    assert read_code(typed) == read_code(code)
    assert as_given(typed) == code
    assert RECEIPTS.lookup_hash(typed) == RECEIPTS.lookup_hash(code)
    assert read_code(code.replace("1", "I").replace("-", "–")) == read_code(code)


@given(codes, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(code: str, place: int, sign: str) -> None:
    signs = list(code.replace("-", ""))
    wrong = signs[place] != sign
    signs[place] = sign
    assert (read_code("".join(signs)) is None) == wrong


@given(codes, st.integers(0, 16), st.integers(0, 16))
def test_two_that_changed_places_are_always_found(code: str, one: int, other: int) -> None:
    signs = list(code.replace("-", ""))
    wrong = signs[one] != signs[other]
    signs[one], signs[other] = signs[other], signs[one]
    assert (read_code("".join(signs)) is None) == wrong


@pytest.mark.parametrize("typed", ["", "-", "ABCD", "U" * 17, "0" * 16, "0" * 18, "é" * 17, "🙂" * 17, "0" * 10_000])
def test_what_cannot_be_a_code_is_not_one(typed: str) -> None:
    assert (read_code(typed), as_given(typed)) == (None, None)
    assert len(RECEIPTS.lookup_hash(typed)) == 32


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(SecretUnusable):
        Receipts(b"short")


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "feedback" / "receipt.key"
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(secret_at(path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert set(found) == {secret_at(path)}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["receipt.key"]
    Receipts(found[0])
