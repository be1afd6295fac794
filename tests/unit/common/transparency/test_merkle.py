"""The tree of RFC 9162 beside one that is computed as the standard writes it down, without any plan."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sixclear.common.transparency.merkle import (
    EMPTY_ROOT,
    ProofInvalid,
    check_consistency,
    check_inclusion,
    fold,
    hashes_of,
    leaf_hash,
    node_hash,
    plan_consistency,
    plan_inclusion,
    root_of,
)

# The tree that the tests of Certificate Transparency use, with the roots that they publish for each size.
_ENTRIES = [bytes.fromhex(entry) for entry in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LEAVES = [leaf_hash(bytes([number % 256, number // 256])) for number in range(300)]


def naive_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(naive_root(leaves[:middle]), naive_root(leaves[middle:]))


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    middle = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < middle:
        return [*naive_path(index, leaves[:middle]), naive_root(leaves[middle:])]
    return [*naive_path(index - middle, leaves[middle:]), naive_root(leaves[:middle])]


@pytest.mark.parametrize("size", range(len(_ROOTS)))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    leaves = [leaf_hash(entry) for entry in _ENTRIES[:size]]
    assert root_of(size, hashes_of(leaves)).hex() == _ROOTS[size]


@given(st.integers(1, 300).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_an_entry_is_proved_in_a_tree_of_any_size(drawn: tuple[int, int]) -> None:
    size, index = drawn
    leaves = LEAVES[:size]
    proof = [fold(span, hashes_of(leaves)) for span in plan_inclusion(index, size)]
    assert proof == naive_path(index, leaves)
    check_inclusion(leaves[index], index, size, proof, naive_root(leaves))


@given(st.integers(1, 300).flatmap(lambda new: st.tuples(st.integers(0, new), st.just(new))))
def test_a_tree_is_proved_to_begin_a_later_one(drawn: tuple[int, int]) -> None:
    old, new = drawn
    proof = [fold(span, hashes_of(LEAVES[:new])) for span in plan_consistency(old, new)] if old else []
    check_consistency(old, naive_root(LEAVES[:old]), new, naive_root(LEAVES[:new]), proof)


@settings(max_examples=300)
@given(st.data())
def test_nothing_else_is_proved(data: st.DataObject) -> None:
    """One bit of the entry, of the path or of the root, another place, another length: each is found."""
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    leaves = LEAVES[:size]
    proof, root = naive_path(index, leaves), naive_root(leaves)
    spoilt = data.draw(st.sampled_from(["entry", "root", "place", "longer", *(["path", "shorter"] if proof else [])]))
    entry = leaves[index]
    match spoilt:
        case "entry":
            entry = leaf_hash(b"another answer")
        case "root":
            root = leaf_hash(b"another history")
        case "place":
            index = (index + data.draw(st.integers(1, 400))) if size == 1 else (index + 1) % size
        case "longer":
            proof = [*proof, EMPTY_ROOT]
        case "path":
            at = data.draw(st.integers(0, len(proof) - 1))
            proof = [*proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :]]
        case "shorter":
            proof = proof[:-1]
    with pytest.raises(ProofInvalid):
        check_inclusion(entry, index, size, proof, root)


@settings(max_examples=300)
@given(st.data())
def test_two_histories_are_never_consistent(data: st.DataObject) -> None:
    """A changed or dropped entry before the old size: no proof that the log could give leads to both roots."""
    new = data.draw(st.integers(2, 200))
    old = data.draw(st.integers(1, new))
    at = data.draw(st.integers(0, old - 1))
    others = list(LEAVES[:new])
    if data.draw(st.booleans()):
        others[at] = leaf_hash(b"what was said afterwards")
    else:
        others = others[:at] + others[at + 1 :] + [LEAVES[299]]
    proof = [fold(span, hashes_of(others)) for span in plan_consistency(old, new)]
    with pytest.raises(ProofInvalid):
        check_consistency(old, naive_root(LEAVES[:old]), new, naive_root(others), proof)


def test_no_proof_is_planned_of_what_is_not_there() -> None:
    with pytest.raises(ValueError, match="none at 3"):
        plan_inclusion(3, 3)
    with pytest.raises(ValueError, match="no proof from 4 to 3"):
        plan_consistency(4, 3)
    with pytest.raises(ProofInvalid, match="cannot begin"):
        check_consistency(4, EMPTY_ROOT, 3, EMPTY_ROOT, [])
