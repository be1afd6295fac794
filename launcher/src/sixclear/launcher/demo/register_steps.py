"""Hanoi's register of 14 November 2025: so many limits, issues and obstacles as its report counts.

The report names the four main groups, and neither the words of the entries nor how the obstacles fall into the groups:
both are generated, and each entry says so.
"""

from collections.abc import Iterator
from datetime import date

from sixclear.common.issuer.roles import client_of
from sixclear.launcher.demo.organisations import HANOI
from sixclear.launcher.demo.plan import CITY
from sixclear.launcher.demo.steps import Step, at, facts

OBSTACLES = "/api/tasks/v1/obstacles"
# What the register calls an entry, under which key the report counts it, and its word.
_NATURES = (
    ("limit", "limits_groups", "Nhóm hạn chế"),
    ("issue", "issues", "Vấn đề"),
    ("obstacle", "obstacles", "Vướng mắc"),
)


def register_steps() -> Iterator[Step]:
    """Each entry, opened for the city's programme on the day of the report; obstacles by turns in the main groups."""
    told = facts()["hanoi"]
    day = date.fromisoformat(told["as_of"])
    groups = [group.replace(" ", "-") for group in told["obstacle_groups"]]
    for nature, counted, word in _NATURES:
        for number in range(1, int(told[counted]) + 1):
            body = {
                "programme": CITY,
                "nature": nature,
                "kind": groups[(number - 1) % len(groups)] if nature == "obstacle" else None,
                "description": f"{word} {number} theo báo cáo ngày 14/11/2025 (minh họa: nội dung chưa công bố)",
                "since": day.isoformat(),
                "occurred_at": at(day, 9, number),
            }
            yield Step(f"{nature} {number} of Hanoi", f"{nature}s of Hanoi", client_of(HANOI), OBSTACLES, body)
