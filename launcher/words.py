"""Brings the texts of the portal and the problem codes into the catalogues of every language: `make words`.

Vietnamese is the language of the code. A text that is new is empty in the catalogues until it is translated; one that
is gone is marked as obsolete. Lines are as long as in the catalogues of today, so that one text changes a few of them.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PORTAL = ROOT / "services" / "portal"
PACKAGE = PORTAL / "src" / "sixclear" / "portal"
TRANSLATIONS = PACKAGE / "words" / "translations"
WIDTH = "120"
# Of the header of a catalogue.
KEPT = ('"Language:', '"MIME-Version:', '"Content-Type:', '"Content-Transfer-Encoding:')
# Texts of problems stand on one line each.
UNWRAPPED = "1000"


def main() -> int:
    """Update `portal.po` from code and templates, and `problems.po` from what `make contracts` wrote."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "portal.pot"
        marks = ["-k", "N_", "-k", "count:1,2", "--no-location", "--sort-output"]
        _babel("extract", "-F", "babel.cfg", *marks, "-w", WIDTH, "-o", str(template), "src/sixclear/portal")
        _update("portal", template, WIDTH)
    _update("problems", TRANSLATIONS / "problems.pot", UNWRAPPED)
    for catalogue in TRANSLATIONS.rglob("problems.po"):
        _without_noise(catalogue)
    return 0


def _without_noise(catalogue: Path) -> None:
    """Take out what Babel writes with every update and what tells nothing: placeholders, dates, codes of problems."""
    header, _, entries = catalogue.read_text(encoding="utf-8").rstrip().partition("\n\n")
    kept = [line for line in header.splitlines() if not line.startswith('"') or line.startswith(KEPT)]
    lines = [line for line in entries.splitlines() if not line.startswith("#. ")]
    catalogue.write_text("\n".join((*kept, "", *lines, "")), encoding="utf-8")


def _update(domain: str, template: Path, width: str) -> None:
    catalogues = ["-d", str(TRANSLATIONS), "--no-fuzzy-matching", "-w", width, "--ignore-pot-creation-date"]
    _babel("update", "-D", domain, "-i", str(template), *catalogues)


def _babel(command: str, *words: str) -> None:
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", command, *words], cwd=PORTAL, check=True)  # noqa: S603 (our own words)


if __name__ == "__main__":
    sys.exit(main())
