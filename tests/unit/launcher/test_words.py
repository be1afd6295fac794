"""`make words` on the catalogues of today: nothing is left to translate, and nothing is lost."""

import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[3]
TRANSLATIONS = "services/portal/src/sixclear/portal/words/translations"


def translated(folder: Path) -> dict[str, set[str]]:
    """The translated texts by catalogue."""
    found = {}
    for path in sorted((folder / TRANSLATIONS).glob("*/LC_MESSAGES/*.po")):
        with path.open("rb") as file:
            found[str(path.relative_to(folder))] = {str(message.id) for message in read_po(file) if message.string}
    return found


def test_the_catalogues_of_today_need_no_translation(tmp_path: Path) -> None:
    for name in ("launcher", "services/portal"):
        shutil.copytree(ROOT / name, tmp_path / name)
    subprocess.run([sys.executable, str(tmp_path / "launcher/words.py")], check=True, capture_output=True)
    # The header is the text without an id; Babel completes it.
    before, after = ({name: texts - {""} for name, texts in translated(root).items()} for root in (ROOT, tmp_path))
    assert after == before
    assert all(before.values())
