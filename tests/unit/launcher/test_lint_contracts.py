"""Contracts are read by other people's tools; where these cannot be had, a build server fails and a person is told."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def lint() -> ModuleType:
    """The script, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("lint_contracts", ROOT / "launcher/lint_contracts.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("ci", "ends"), [("", 0), ("true", 1)])
def test_without_npm_the_reason_is_said(
    lint: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    ci: str,
    ends: int,
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(lint, "_INSTALLED", tmp_path / "nothing")
    assert lint.main() == ends
    assert "npm is missing" in capsys.readouterr().err


def test_every_document_is_read(lint: ModuleType) -> None:
    documents = sorted(ROOT.glob("services/*/contracts/*api.json"))
    redocly, spectral = lint.commands(documents)
    assert {path.parts[-3] for path in documents} == {"tasks", "feedback", "data-catalog", "monitoring"}
    assert sum(word.endswith("openapi.json") for word in redocly) == 4
    assert {str(path) for path in documents} <= set(spectral)
