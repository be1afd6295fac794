"""What the guides tell a newcomer to type works, word for word and in order."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.platforms import Platform, free_ports

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("jq") is None, reason="the guides use jq, which is not here"),
]

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str) -> list[str]:
    """What the page gives to type."""
    return re.findall(r"^```\w*\n(.*?)^```$", (DOCS / page).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def typed(page: str, platform: Platform, folder: Path) -> str:
    """What the terminal shows."""
    sixclear = f"{shlex.quote(sys.executable)} -m sixclear.launcher"
    script = "\n".join(blocks(page)).replace("P=http://127.0.0.1:8000", f"P={platform.announcement().address}")
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(".venv/bin/sixclear", sixclear)],
        env=os.environ | {"SIXCLEAR_HOME": str(platform.home)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """`make run` without the demonstration: what the guides make is in nobody else's figures."""
    platform = Platform("run", tmp_path_factory.mktemp("guides") / "home", free_ports(1), extra=("--no-demo",))
    try:
        platform.start()
        yield platform
    finally:
        platform.end()


def test_a_bodys_own_work_is_done_as_the_guide_says(empty: Platform, tmp_path: Path) -> None:
    shown = typed("own-work.md", empty, tmp_path).splitlines()
    for line in (
        '["viec-01","own"]',
        '"confirmed","late",{"waiting":0,"accepted":1,"refused":0}]',
        "[30,30,0]",
        '["extension","granted_otherwise"]',
        '["cancellation","refused"]',
        '["split","granted"]',
        '["merger","granted"]',
        '["reopening","granted"]',
        "01-UB204",
        '["01-UB204","01-UB57"]',
        "[4,3,1]",
        '["inspector-G20","getOwnTask"]',
    ):
        assert any(one.endswith(line) for one in shown), f"{line} in {shown}"


def test_results_are_counted_as_the_guide_says(empty: Platform, tmp_path: Path) -> None:
    shown = typed("results.md", empty, tmp_path).splitlines()
    for line in (
        '["rejected","two-readings"]',
        '["73.33",2,2,"80","88.89",false]',
        '["not_reported",null,',
        '[3,"41","Đếm sót mười hồ sơ","00004","01"]',
        '["decision","owed",true]',
        "[3500000000,500000000]",
        '["verified",10,5]',
        '["73.33",2,2,"80","-6.67",true]',
        '["00008","90","00008"]',
        "[12.86,7.86,20]",
    ):
        assert any(one.startswith(line) for one in shown), f"{line} in {shown}"
    assert shown[shown.index('"41"') + 1] == '"40"', "what was shown before the correction"


def test_a_body_is_connected_as_the_guide_says(empty: Platform, tmp_path: Path) -> None:
    (tmp_path / "bao-cao.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    shown = typed("connect.md", empty, tmp_path).splitlines()
    for line in ('"finished"', '{"rejected":0,"reported":0,"unchanged":1500}', "granted", "submitted", "completed"):
        assert line in shown, f"{line} in {shown}"
