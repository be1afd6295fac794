"""A bucket of tasks that is counted is also drawn, named and said, wherever the home page shows the others."""

import re
from pathlib import Path

import pytest

from sixclear.portal.shell.bars import BUCKETS

PORTAL = Path(__file__).resolve().parents[3] / "services/portal/src/sixclear/portal"
STYLES = PORTAL / "shell/static/css/parts.css"
SENTENCE = PORTAL / "pages/public/home/timeline.html"


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_has_a_fill(bucket: str) -> None:
    styles = STYLES.read_text(encoding="utf-8")
    assert re.search(rf"\.fill-{bucket}\b", styles), f"{STYLES.name} draws .fill-{bucket} as nothing"


@pytest.mark.parametrize("bucket", BUCKETS)
def test_the_sentence_of_a_day_says_the_bucket(bucket: str) -> None:
    said = re.search(r"data-sentence=\"(.+?)\"", SENTENCE.read_text(encoding="utf-8"))
    assert said is not None
    assert f"{{{bucket}}}" in said[1], f"the sentence of {SENTENCE.name} leaves out {bucket}"
