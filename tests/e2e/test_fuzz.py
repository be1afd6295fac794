"""Every operation of every service is fuzzed on a running platform, within a budget: nothing is answered with a 5xx."""

import asyncio
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson
import pytest
from tests.e2e.platforms import Platform, free_ports

from sixclear.common.ids import new_id

pytestmark = [pytest.mark.slow, pytest.mark.chaos]

_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
SERVICES = {
    "tasks": "standing-body",
    "feedback": "feedback-hub",
    "catalog": "data-steward",
    "monitoring": "operator",
}


@dataclass(frozen=True, slots=True)
class Budget:
    """Of one service: examples of an operation and seconds of one round, how many rounds at most, requests at least."""

    examples: int
    seconds: int
    rounds: int
    at_least: int


# A thousand requests over the four services in `make test`, twenty thousand in the long lane. A slow machine sends
# fewer in a round, and needs more rounds.
_BUDGETS = [
    pytest.param(Budget(15, 18, 1, 250), id="brief"),
    pytest.param(Budget(400, 600, 4, 5_000), id="long", marks=pytest.mark.long),
]


@pytest.fixture(scope="module")
def empty_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform without the demonstration: nothing that others count is at risk."""
    platform = Platform("run", tmp_path_factory.mktemp("fuzzed"), free_ports(1), extra=("--no-demo",))
    try:
        platform.start(within_seconds=60)
        yield platform
    finally:
        platform.end()


@pytest.mark.asyncio
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("budget", _BUDGETS)
async def test_no_request_makes_a_service_fail(
    empty_platform: Platform, service: str, budget: Budget, record_property: Callable[[str, object], None]
) -> None:
    sent, seed = 0, 0
    while sent < budget.at_least and seed < budget.rounds:
        sent += await fuzz(empty_platform, service, budget, seed)
        seed += 1
    record_property("figure", f"fuzz: {sent} requests to {service}")
    assert sent >= budget.at_least
    assert (await empty_platform.get("/readyz"))["status"] == "ok"


async def fuzz(platform: Platform, service: str, budget: Budget, seed: int) -> int:
    """How many requests one round sent to a service; what is wrong with an answer fails the test."""
    address = f"{platform.announcement().address}/api/{service}/v1/openapi.json"
    report = platform.home / f"{service}-{new_id()}.json"
    done = await asyncio.to_thread(
        subprocess.run,
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", address, "--seed", str(seed)),
            *("--checks", ",".join(_CHECKS)),
            *("--phases", "coverage,fuzzing", "--max-examples", str(budget.examples)),
            *("--max-time", str(budget.seconds)),
            *("--header", f"Authorization: Bearer {await platform.token(SERVICES[service])}"),
            *("--exclude-path-regex", "stream$|bulk$|otlp", "--request-timeout", "10"),
            *("--report-json-path", str(report), "--no-color", "--continue-on-failure", "--warnings", "off"),
        ],
        capture_output=True,
        text=True,
        timeout=budget.seconds + 60,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    sent: int = orjson.loads(report.read_bytes())["test_cases"]["generated"]
    return sent


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "client", "media_type"),
    [
        ("/api/tasks/v1/progress/bulk", "org-G06", "application/x-ndjson"),
        ("/api/monitoring/v1/otlp/v1/traces", "operator", "application/x-protobuf"),
    ],
)
@pytest.mark.parametrize("bodies", [200, pytest.param(5_000, marks=pytest.mark.long)])
async def test_no_bytes_make_a_service_fail(
    empty_platform: Platform, path: str, client: str, media_type: str, bodies: int
) -> None:
    dice = random.Random(57)
    headers = {"Authorization": f"Bearer {await empty_platform.token(client)}", "Content-Type": media_type}
    pieces = [b"{}", b"[", b'{"text":', b'"\\ud800"', b"\xff", b"\n", b"\x00", b"\x0a\x02", b'"task_id":"x"}', b"1e999"]
    async with empty_platform.client() as http:
        for _ in range(bodies):
            body = b"".join(dice.choices(pieces, k=dice.randint(0, 12)))
            response = await http.post(path, content=body, headers=headers)
            assert response.status_code < 500, (body, response.text)
