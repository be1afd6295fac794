"""Counters that do not depend on the machine, beside what `baseline.json` says they may be.

Each key has `most` and `why`. A counter above `most` is a regression: it fails. Who raises it writes the new reason
into `why`; who makes it cheaper lowers it. A count is exact; bytes may be above by `_SLACK`, for identifiers and times
differ in length.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("baseline.json")
_SLACK = 0.05


@dataclass(frozen=True, slots=True)
class Compared:
    """What was counted beside the baseline: complaints fail, `cheaper` is worth a lower baseline."""

    complaints: list[str]
    cheaper: list[str]


def baseline() -> dict[str, dict[str, Any]]:
    """Every counter by its key: `most`, `why`."""
    return dict(json.loads(FILE.read_text("utf-8")))


def compared(counted: Mapping[str, float]) -> Compared:
    """Compare what was counted; a key without a line in the file is a complaint too."""
    known = baseline()
    found = Compared([], [])
    for key, value in counted.items():
        if key not in known:
            found.complaints.append(f"{key} is {value:g}: add it to {FILE.name} with `most` and `why`")
            continue
        most = float(known[key]["most"])
        slack = _SLACK if "bytes" in key else 0.0
        if value > most * (1 + slack):
            found.complaints.append(f"{key} is {value:g}, at most {most:g}: {known[key]['why']}")
        elif value < most * (1 - slack):
            found.cheaper.append(f"{key} is {value:g}, {FILE.name} still allows {most:g}")
    return found
