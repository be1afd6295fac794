"""Text that people wrote, shown so that it turns around nothing beside it.

Templates isolate it in an element of its own. Embeddings, overrides and isolates in the text itself could close that
element for the reader's eye, so they are not shown; marks of direction, which a name in Arabic may need, are.
"""

import re
import unicodedata
from typing import Any

from markupsafe import Markup, escape

_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})


def shown(value: Any) -> Any:
    """What a template writes for a value: a text without controls of direction. Markup is left as it is."""
    return _CONTROLS.sub("", value) if type(value) is str else value


def isolated(text: str, direction: str) -> Markup:
    """A text for a place without elements, such as the title of a page in this direction."""
    plain = _CONTROLS.sub("", text)
    kinds = {unicodedata.bidirectional(letter) for letter in plain}
    turns = bool(kinds & _RIGHT_TO_LEFT) if direction == "ltr" else "L" in kinds
    return Markup("\u2068{}\u2069").format(plain) if turns else escape(plain)
