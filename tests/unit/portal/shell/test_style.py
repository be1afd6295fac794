"""The style sheets: small, and nothing in them that no page uses."""

import re
from collections.abc import Iterator
from pathlib import Path

import sixclear.portal

PACKAGE = Path(str(sixclear.portal.__file__)).parent
# Tables of results are stacked on a phone, with bars, and a chart has targets: 1.4 KB, packed 0.3 KB of a page.
MOST_BYTES = 26_500
# Styles that only some pages load: the form of feedback with its sheets and the mailbox.
OWN_BYTES = {"form.css": 2_100}
# A class whose end is written by a template: `at-row-{{ … }}`.
WRITTEN = re.compile(r"([a-z-]+-)\{\{")


def sources() -> str:
    paths = [*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.js")]
    return "\n".join(path.read_text() for path in paths)


def selected_classes() -> Iterator[str]:
    for path in sorted(PACKAGE.glob("shell/static/css/*.css")):
        style = re.sub(r'/\*.*?\*/|"[^"]*"', "", path.read_text(), flags=re.DOTALL)
        for selector in re.findall(r"([^{}]*)\{", style):
            yield from re.findall(r"\.([a-zA-Z][\w-]*)", selector)


def test_every_class_in_the_style_is_used_by_a_template_or_a_script() -> None:
    text = sources()
    prefixes = tuple(WRITTEN.findall(text))
    unused = {
        name
        for name in selected_classes()
        if not re.search(rf"(?<![\w-]){name}(?![\w-])", text) and not name.startswith(prefixes)
    }
    assert unused == set()


def test_the_style_stays_small() -> None:
    sizes = {path.name: path.stat().st_size for path in PACKAGE.glob("shell/static/css/*.css")}
    own = {name: sizes.pop(name) for name in OWN_BYTES}
    assert sum(sizes.values()) <= MOST_BYTES
    assert {name for name, size in own.items() if size > OWN_BYTES[name]} == set()
