"""The table of a run: printed, and kept beside the rows of earlier runs in `docs/performance.md` and `.json`."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.goals import GOALS
from tests.benchmarks.rows import Row

ROOT = Path(__file__).resolve().parents[2]
JSON, PAGE = ROOT / "docs" / "performance.json", ROOT / "docs" / "performance.md"
_BEGIN, _END = "<!-- table: written by `make bench` -->", "<!-- end of table -->"


def keep(rows: Sequence[Row], parts: Collection[str]) -> list[dict[str, Any]]:
    """Replace the rows of these parts, keep those of the others, and write both files; returns all rows."""
    told: list[dict[str, Any]] = json.loads(JSON.read_text("utf-8")) if JSON.exists() else []
    kept = [one for one in told if one["part"] not in parts] + [row.as_json() for row in rows]
    order = {(goal.part, goal.key): place for place, goal in enumerate(GOALS)}
    kept = sorted(
        (one for one in kept if (one["part"], one["key"]) in order), key=lambda one: order[one["part"], one["key"]]
    )
    JSON.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n", "utf-8")
    write_page(kept)
    return kept


def write_page(rows: Sequence[dict[str, Any]]) -> None:
    """Put the rows in the place of the page's table."""
    before, _, rest = PAGE.read_text("utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    PAGE.write_text(f"{before}{_BEGIN}\n{page_table(rows)}\n{_END}{after}", "utf-8")


def page_table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a table of the page."""
    lines = [
        "| part | goal | figure | peer | ratio | spread | floor | held | when, commit |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in rows:
        figure = f"{one['figure']} ({one['note']})" if one["note"] else one["figure"]
        when = f"{one['measured_at'][:16].replace('T', ' ')}, `{one['commit']}`"
        cells = [
            one["part"],
            one["goal"],
            figure,
            one["peer"],
            _ratio(one),
            one["spread"],
            one["floor"],
            _held(one).replace("not held", "**not held**"),
        ]
        lines.append("| " + " | ".join([*cells, when]) + " |")
    return "\n".join(lines)


def printed(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a terminal shows them: goal, figure, ratio, spread, held or not."""
    head = ("goal", "figure", "ratio", "spread", "floor", "held")
    cells = [head] + [
        (
            f"{one['goal']} – {one['peer']}",
            f"{one['figure']} ({one['note']})" if one["note"] else one["figure"],
            _ratio(one),
            one["spread"],
            one["floor"],
            _held(one),
        )
        for one in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)


def _ratio(row: dict[str, Any]) -> str:
    return "–" if row["ratio"] is None else f"{row['ratio']:.3g}"


def _held(row: dict[str, Any]) -> str:
    return {True: "held", False: "not held", None: "–"}[row["held"]]
