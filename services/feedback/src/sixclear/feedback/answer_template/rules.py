"""Which sentences of a text a template has, and which of them were left as they are. Pure: no database, no clock.

Sentences are compared without case, accents, double blanks and what ends them: a template that was typed again is one.
A gap is written in braces, `{tên cơ quan}`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sixclear.common.folding import fold

# A sentence ends at a line break, or at its sign before a blank: not within "12.000" or "mục III.4".
_SENTENCE = re.compile(r"[^\n]+?(?:[.!?;…]+(?=\s|$)|(?=\n)|$)")
_GAP = re.compile(r"\{[^{}\n]{1,80}\}")
_ENDS = " .!?;…"


@dataclass(frozen=True, slots=True)
class Template:
    """What the rules read of a template; `closes` False: filled in, it still answers nothing."""

    template_id: UUID
    text: str
    closes: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a text, from its first sign up to the one after its last, and the template that it is of.

    `says` is False where nothing was added to the template: it stands as it is, or its gaps were filled and the
    template answers nothing all the same.
    """

    start: int
    end: int
    template_id: UUID | None
    says: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """A sentence of a template, as the folded parts between its gaps."""

    template_id: UUID
    closes: bool
    parts: tuple[str, ...]

    def filled_by(self, said: str) -> bool:
        """Whether `said` is this sentence with something in each gap. Linear: no pattern is tried twice."""
        first, *between, last = self.parts
        if not said.startswith(first) or not said.endswith(last):
            return False
        place, end = len(first), len(said) - len(last)
        for part in between:
            place = said.find(part, place + 1, end)
            if place < 0:
                return False
            place += len(part)
        return place < end


def read(text: str, templates: Sequence[Template]) -> list[Sentence]:
    """The sentences of `text`, in order."""
    known = [sentence for template in templates for sentence in _known(template)]
    whole = {one.parts[0]: one for one in reversed(known) if len(one.parts) == 1}
    gapped = [one for one in known if len(one.parts) > 1]
    return [_judged(start, end, _form(text[start:end]), whole, gapped) for start, end in _spans(text)]


def says_nothing(sentences: Sequence[Sentence]) -> bool:
    """Whether no sentence of a text adds anything to its templates."""
    return not any(sentence.says for sentence in sentences)


def gaps_left(text: str, templates: Sequence[Template]) -> list[str]:
    """The gaps of templates that stand in `text` unfilled."""
    known = {gap for template in templates for gap in _GAP.findall(template.text)}
    return [gap for gap in dict.fromkeys(_GAP.findall(text)) if gap in known]


def _judged(start: int, end: int, form: str, whole: dict[str, _Known], gapped: Sequence[_Known]) -> Sentence:
    same = whole.get(form)
    if same is not None:
        return Sentence(start, end, same.template_id, says=False)
    filled = next((one for one in gapped if one.filled_by(form)), None)
    if filled is None:
        return Sentence(start, end, None, says=True)
    return Sentence(start, end, filled.template_id, says=filled.closes and not _GAP.search(form))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for found in _SENTENCE.finditer(text):
        said = found[0].strip()
        if said.strip(_ENDS):
            start = found.start() + found[0].index(said)
            yield start, start + len(said)


def _known(template: Template) -> Iterator[_Known]:
    for start, end in _spans(template.text):
        parts = tuple(_folded_part(part) for part in _GAP.split(template.text[start:end].rstrip(_ENDS)))
        yield _Known(template.template_id, template.closes, parts)


def _form(text: str) -> str:
    return fold(text).strip(_ENDS)


def _folded_part(part: str) -> str:
    """A part with the blank that stands between it and its gap."""
    folded = fold(part)
    before = " " if part[:1].isspace() and folded else ""
    after = " " if part[-1:].isspace() and folded else ""
    return before + folded + after
