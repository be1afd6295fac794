"""Codes that people type: sixteen signs of Crockford's base 32, and one that checks them. Pure.

What cannot be a code is told apart here, without asking who knows the codes.
"""

import re
import unicodedata

from sixclear.common.typed import plain

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U
_CODE_BYTES = 10
_DIGITS = 16
_CODE_SIGNS = _DIGITS + 1
_VALUES = {sign: value for value, sign in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
# A code as it is shown, within what was copied around it.
_GROUPED = re.compile(r"(?<![\w-])\w{4}(?:-\w{4}){3}-\w(?![\w-])")


def code_of(derived: bytes) -> str:
    """A code as it is shown, of the first 80 bits of a value."""
    bits = int.from_bytes(derived[:_CODE_BYTES], "big")
    return _written([bits >> 5 * place & 31 for place in reversed(range(_DIGITS))])


def as_given(typed: str) -> str | None:
    """The code as `code_of` wrote it, from what `read_code` reads; None where that reads none."""
    canonical = read_code(typed)
    return None if canonical is None else _written([_VALUES[sign] for sign in canonical])


def _written(digits: list[int]) -> str:
    signs = "".join(ALPHABET[digit] for digit in digits)
    groups = [signs[start : start + 4] for start in range(0, _DIGITS, 4)]
    return "-".join([*groups, ALPHABET[_check(digits)]])


def read_code(typed: str) -> str | None:
    """The code as it was given out, from what a person typed or copied: small or full-width letters, O for 0, I and L
    for 1, any blanks, dashes and marks that show nothing, the words around it.

    None when a character is missing, unknown or wrong: the check character finds every single wrong character and every
    two that changed places.
    """
    signs = _signs_of(typed)
    if len(signs) != _DIGITS + 1 or any(sign not in _VALUES for sign in signs):
        return None
    *digits, check = (_VALUES[sign] for sign in signs)
    return "".join(ALPHABET[digit] for digit in digits) if _check(digits) == check else None


def slip_of(typed: str) -> str | None:
    """Why a typed code cannot be one: `length`, `character` or `check`; None where it can."""
    signs = _signs_of(typed)
    if len(signs) != _CODE_SIGNS:
        return "length"
    if any(sign not in _VALUES for sign in signs):
        return "character"
    return "check" if read_code(typed) is None else None


def _signs_of(typed: str) -> str:
    """The letters and digits of a code, in capitals, without the words that were copied around it.

    Blanks, line breaks, dashes and punctuation are left out. Of two codes neither is taken.
    """
    text = plain(typed).upper()
    signs = _shown(text)
    if len(signs) == _CODE_SIGNS:
        return signs
    grouped = set(_GROUPED.findall(text))
    if len(grouped) == 1:
        return _shown(grouped.pop())
    labelled = _shown(text.rpartition(":")[2])
    return labelled if len(labelled) == _CODE_SIGNS else signs


def _shown(text: str) -> str:
    return "".join(sign for sign in text if unicodedata.category(sign)[0] not in "CPSZ")


def _check(digits: list[int]) -> int:
    """Reed-Solomon's one check digit over GF(32): sum of digit i times α to the power of its place."""
    check = 0
    for digit in digits:
        check ^= digit
        check = check << 1 ^ (0b100101 if check & 16 else 0)
    return check
