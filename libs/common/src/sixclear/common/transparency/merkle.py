"""The Merkle tree of RFC 9162: which hashes a root or a proof is made of, and whether a proof holds.

A node is a subtree that is full: `Node(level, place)` covers the leaves from `place << level` to
`(place + 1) << level`. A proof is planned first, as the nodes that it needs, and computed once they were read. So
reading can be a dictionary, a file or one statement of a database.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

EMPTY_ROOT = hashlib.sha256(b"").digest()


class Node(NamedTuple):
    """A full subtree."""

    level: int
    place: int


class ProofInvalid(Exception):
    """A proof does not lead to the root; the text says in which way."""


Span = Sequence[Node]
ReadNode = Callable[[Node], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry. The prefix keeps a leaf from passing for an inner node."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def plan_root(size: int) -> Span:
    """The nodes whose fold is the root of a tree of this size."""
    return _span(0, size)


def plan_inclusion(index: int, size: int) -> list[Span]:
    """The nodes of each hash of the proof that the entry at `index` is in a tree of this size, leaf first."""
    if not 0 <= index < size:
        raise ValueError(f"A tree of {size} entries has none at {index}.")
    path: list[Span] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_span(middle, high))
            high = middle
        else:
            path.append(_span(low, middle))
            low = middle
    return path[::-1]


def plan_consistency(old: int, new: int) -> list[Span]:
    """The nodes of each hash of the proof that the tree of size `old` begins the one of size `new`."""
    if not 0 < old <= new:
        raise ValueError(f"There is no proof from {old} to {new} entries.")
    path: list[Span] = []
    low, high, whole = 0, new, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_span(middle, high))
            high = middle
        else:
            path.append(_span(low, middle))
            low, whole = middle, False
    if not whole:
        path.append(_span(low, high))
    return path[::-1]


def fold(span: Span, read: ReadNode) -> bytes:
    """The hash of the entries that a span covers; without nodes the root of the empty tree."""
    if not span:
        return EMPTY_ROOT
    found = read(span[-1])
    for node in reversed(span[:-1]):
        found = node_hash(read(node), found)
    return found


def root_of(size: int, read: ReadNode) -> bytes:
    """The root of a tree of this size."""
    return fold(plan_root(size), read)


def check_inclusion(entry_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raises ProofInvalid unless the proof leads from the entry to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise ProofInvalid(f"a tree of {size} entries has none at {index}")
    place, last, found = index, size - 1, entry_hash
    for sibling in proof:
        if last == 0:
            raise ProofInvalid("the proof is too long")
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofInvalid("the proof is too short")
    if found != root:
        raise ProofInvalid("the proof leads to another root")


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises ProofInvalid unless the new tree begins with the whole old one (RFC 9162, 2.1.4.2).

    An empty tree begins every tree, and a tree begins itself; both need an empty proof.
    """
    if not 0 <= old <= new:
        raise ProofInvalid(f"a tree of {new} entries cannot begin with one of {old}")
    if old in (0, new):
        if proof:
            raise ProofInvalid("the proof must be empty")
        if old_root != (EMPTY_ROOT if old == 0 else new_root):
            raise ProofInvalid("two trees of one size have different roots")
        return
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if not hashes:
        raise ProofInvalid("the proof is too short")
    place, last = _above_full(old - 1, new - 1)
    older = newer = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofInvalid("the proof is too long")
        if place & 1 or place == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofInvalid("the proof is too short")
    if (older, newer) != (old_root, new_root):
        raise ProofInvalid("the proof leads to another root")


def _above_full(place: int, last: int) -> tuple[int, int]:
    while place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _split(count: int) -> int:
    """The largest power of two below `count`, which is at least two."""
    return 1 << ((count - 1).bit_length() - 1)


def _span(low: int, high: int) -> list[Node]:
    """The full subtrees from `low` to `high`, left to right. `low` is where a subtree of that width may begin."""
    found = []
    while low < high:
        level = (high - low).bit_length() - 1
        found.append(Node(level, low >> level))
        low += 1 << level
    return found


def hashes_of(leaves: Iterable[bytes]) -> ReadNode:
    """Nodes of a tree whose leaf hashes are all at hand."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
    return lambda node: levels[node.level][node.place]
