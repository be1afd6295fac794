"""Parts of pages that were rendered before, given again as long as the answer that they are made of is the same."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from sys import getsizeof

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from sixclear.portal.upstream.answer import Answer


@dataclass(frozen=True, slots=True)
class _Made:
    answer: Answer
    markup: Markup

    @property
    def size(self) -> int:
        """Bytes in memory: a text with one Vietnamese letter above U+00FF takes two for each."""
        return getsizeof(self.markup)


class Fragments:
    """At most `most` fragments of at most `most_bytes` together; what was not shown for longest goes first.

    A template names a fragment with `{% call kept("units", answer, …) %}`. It is made again when the answer is another
    object (`upstream/versions.py`) or one of the other values, which name all else that it depends on, is another.
    On a private page, and without an answer, it is always made again: nothing of one visitor is kept.
    """

    def __init__(self, most: int = 256, most_bytes: int = 4_194_304) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._made: OrderedDict[Hashable, _Made] = OrderedDict()

    def __len__(self) -> int:
        return len(self._made)

    def of(self, language: str) -> Callable[..., Markup]:
        """What templates of one language call."""

        @pass_context
        def kept(
            context: Context, name: str, answer: Answer | None, *values: Hashable, caller: Callable[[], Markup]
        ) -> Markup:
            if answer is None or context["private"]:
                return caller()
            return self._shown((language, name, id(answer), *values), answer, caller)

        return kept

    def _shown(self, key: Hashable, answer: Answer, make: Callable[[], Markup]) -> Markup:
        # While it is here it holds its answer, so no other answer can have the same identity.
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = _Made(answer, make())
            self._bytes += made.size
            while len(self._made) > self._most or self._bytes > self._most_bytes:
                self._bytes -= self._made.popitem(last=False)[1].size
        else:
            self._made.move_to_end(key)
        return made.markup
