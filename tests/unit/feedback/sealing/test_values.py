"""A sealed text opens in its place only, and a wrapped key for its case, purpose, recipient and month only."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sixclear.feedback.sealing.periods import KeyFolder, KeyMissing
from sixclear.feedback.sealing.values import CaseKey, SealBroken
from sixclear.feedback.sealing.wraps import WrapBroken, WrapContext, lock, unlock, unwrap, wrap

CASE, OTHER = UUID(int=1), UUID(int=2)
KEY = CaseKey(CASE, "content", b"k" * 32)
CONTEXT = WrapContext(CASE, "content", "hub", "2026-11")


def test_a_text_opens_where_it_was_sealed() -> None:
    sealed = KEY.seal("message.text", 3, "Cầu hỏng ở Huế")
    assert KEY.open("message.text", 3, sealed) == "Cầu hỏng ở Huế"
    assert "Huế".encode() not in sealed
    assert sealed != KEY.seal("message.text", 3, "Cầu hỏng ở Huế")


def test_an_error_that_shows_its_values_does_not_show_a_key() -> None:
    assert "kkk" not in repr(KEY)
    assert str(CASE) in repr(KEY)


@pytest.mark.parametrize(
    ("key", "place", "row"),
    [
        (KEY, "answer.text", 3),
        (KEY, "message.text", 4),
        (replace(KEY, case_id=OTHER), "message.text", 3),
        (replace(KEY, purpose="identity"), "message.text", 3),
        (replace(KEY, data=b"x" * 32), "message.text", 3),
    ],
    ids=["another column", "another version", "another case", "another purpose", "another key"],
)
def test_a_text_opens_nowhere_else(key: CaseKey, place: str, row: int) -> None:
    with pytest.raises(SealBroken):
        key.open(place, row, KEY.seal("message.text", 3, "Cầu hỏng"))


def test_a_changed_text_does_not_open() -> None:
    sealed = KEY.seal("message.text", 3, "Cầu hỏng")
    for place in (0, 5, len(sealed) - 1):
        changed = bytes([*sealed[:place], sealed[place] ^ 1, *sealed[place + 1 :]])
        with pytest.raises(SealBroken):
            KEY.open("message.text", 3, changed)


def test_without_its_key_a_text_is_empty_and_none_is_sealed() -> None:
    gone = replace(KEY, data=None)
    assert gone.open("message.text", 3, KEY.seal("message.text", 3, "Cầu hỏng")) == ""
    assert gone.open("message.text", 3, None, "before") == "before"
    with pytest.raises(SealBroken):
        gone.seal("message.text", 3, "Cầu hỏng")


def test_a_wrap_opens_in_its_context_only() -> None:
    private = X25519PrivateKey.generate()
    wrapped = wrap(b"k" * 32, private.public_key(), CONTEXT)
    assert unwrap(wrapped, private, CONTEXT) == b"k" * 32
    others = [{"case_id": OTHER}, {"purpose": "identity"}, {"recipient": "escrow"}, {"period": "2026-12"}]
    for other in others:
        with pytest.raises(WrapBroken):
            unwrap(wrapped, private, replace(CONTEXT, **other))  # type: ignore[arg-type]
    for broken in (wrapped[:-1], b"", bytes(len(wrapped))):
        with pytest.raises(WrapBroken):
            unwrap(broken, private, CONTEXT)


def test_a_lock_opens_by_its_code_and_case_only() -> None:
    locked = lock(b"k" * 32, b"c" * 32, CASE)
    assert unlock(locked, b"c" * 32, CASE) == b"k" * 32
    for code_key, case_id in ((b"d" * 32, CASE), (b"c" * 32, OTHER)):
        with pytest.raises(WrapBroken):
            unlock(locked, code_key, case_id)


def test_a_folder_makes_a_pair_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path / "keys")
    public = keys.public("hub", "2026-11")
    again = KeyFolder(tmp_path / "keys").private("hub", "2026-11")
    assert again is not None
    assert again.public_key().public_bytes_raw() == public.public_bytes_raw()
    assert keys.public("hub", "2026-12").public_bytes_raw() != public.public_bytes_raw()
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "keys").rglob("*.key"))


def test_a_clock_set_back_into_a_destroyed_month_wraps_for_a_key_that_is_there(tmp_path: Path) -> None:
    keys, other_process = KeyFolder(tmp_path), KeyFolder(tmp_path)
    before = keys.public("hub", "2026-11")
    assert other_process.public("hub", "2026-11") == before
    keys.destroy("hub", "2026-11")
    for folder in (other_process, keys):
        wrapped = wrap(b"k" * 32, folder.public("hub", "2026-11"), CONTEXT)
        private = folder.private("hub", "2026-11")
        assert private is not None
        assert unwrap(wrapped, private, CONTEXT) == b"k" * 32
    assert keys.public("hub", "2026-11") != before


def test_a_process_that_only_takes_in_has_public_keys_alone(tmp_path: Path) -> None:
    KeyFolder(tmp_path).public("hub", "2026-11")
    (tmp_path / "private").rename(tmp_path.with_name("elsewhere"))
    keys = KeyFolder(tmp_path)
    wrapped = wrap(b"k" * 32, keys.public("hub", "2026-11"), CONTEXT)
    assert len(wrapped) == 80
    assert keys.private("hub", "2026-11") is None
    with pytest.raises(KeyMissing):
        keys.public("hub", "2026-12")
