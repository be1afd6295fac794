"""What is looked for is read through the gate of text: copied from anywhere, it names what it shows."""

from typing import Any

import pytest
from tests.integration.monitoring.records import some_records

pytestmark = pytest.mark.asyncio


async def test_a_copied_name_narrows_as_the_plain_one_does(site: Any, view: Any, events: Any) -> None:
    await some_records(view, events)
    plain = await site.get("/status", programme="hanoi", organisation="00004")
    copied = await site.get("/status", programme="\u200bhanoi\u00a0", organisation="\ufeff00004\u202c")
    assert (plain.status_code, copied.status_code) == (200, 200)
    assert copied.json()["tasks"] == plain.json()["tasks"]


@pytest.mark.parametrize(
    ("given", "code"), [("a\x1b[31m", "control-character"), ("a\nb", "line-break"), ("a\ufffe", "not-a-character")]
)
async def test_what_is_no_line_is_refused_with_the_parameter(site: Any, given: str, code: str) -> None:
    for name in ("programme", "organisation"):
        refused = await site.get("/status", **{name: given})
        assert refused.status_code == 422
        [error] = refused.json()["errors"]
        assert (error["parameter"], error["code"]) == (name, code)
        assert "[31m" not in refused.text
