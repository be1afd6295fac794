"""In a rolling upgrade the release before folds what this one says of submissions: it reads each, and drops none."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from sixclear.common.testing.examples import written_examples
from sixclear.feedback.submission.events import SUBMISSION_EVENTS

ROOT = Path(__file__).resolve().parents[4]
RELEASE = ROOT / "tests" / "fixtures" / "releases" / "sixclear-0.1.0-py3-none-any.whl"
FINER: dict[str, Any] = {
    "identity_level": "anonymous",
    "first_due_at": "2025-11-24T10:00:00Z",
    "body_due_at": "2025-12-09T10:00:00Z",
    "paused_since": "2025-11-10T03:00:00Z",
    "reopened_at": "2025-11-12T03:00:00Z",
    "step": "completion",
    "rating": "partly",
    "appeal_level": 2,
    "escalation_rung": "superior",
}
# The reader of v0.1.0, whose refusals become dead letters.
READER = """
import json, sys
from datetime import datetime
from uuid import UUID
from sixclear.common.bus.envelope import Envelope
from sixclear.monitoring.service.fold import read
told = []
for one in json.load(sys.stdin):
    at = datetime.fromisoformat(one["time"])
    names = one["type"].split(".")
    told.append(Envelope(service=names[2], entity_type=names[3], entity_id=UUID(one["subject"]), type=one["type"],
        change=names[4], version=one["version"], previous_version=one.get("previousversion"), position=1, epoch=1,
        occurred_at=at, recorded_at=at, data=one["data"], traceparent=None))
print(sum(batch.count for batch in read(told)))
"""


def test_the_release_before_reads_every_change_of_a_submission(tmp_path: Path) -> None:
    examples = {
        name: example
        for name, example in written_examples(ROOT / "services" / "feedback" / "contracts" / "examples").items()
        if name.startswith("submission.")
    }
    whole = examples["submission.received"]
    told = [*examples.values()]
    for change in SUBMISSION_EVENTS.changes:
        status = "withdrawn" if change == "taken_back" else "in_review"
        data = whole["data"] | FINER | {"change": change, "status": status}
        told.append(whole | {"type": f"vn.sixclear.feedback.submission.{change}.v1", "data": data})
    for step in ("triage", "assignment", "draft", "release", "completion", "appeal", "a name that was added since"):
        told.append(whole | {"data": whole["data"] | {"step": step}})
    zipfile.ZipFile(RELEASE).extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", READER],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        input=json.dumps(told),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(told) > len(examples)
