"""A setting that nothing reads is named with the one that was meant, before anything starts."""

import pytest

from sixclear.launcher.__main__ import main
from sixclear.launcher.configuration import configuration_reference
from sixclear.launcher.variables import known_variables, unknown_variables


def test_a_misspelt_setting_ends_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SIXCLEAR_TASKS_DATABSE_URL", "postgresql://u:hush@db/x")
    assert main(["targets"]) == 1
    said = capsys.readouterr().err
    assert "SIXCLEAR_TASKS_DATABSE_URL" in said
    assert "the nearest is SIXCLEAR_TASKS_DATABASE_URL" in said
    assert "hush" not in said


def test_the_check_names_it_beside_the_other_faults(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SIXCLEAR_BOGUS", "1")
    monkeypatch.setenv("SIXCLEAR_LOG_LEVEL", "LOUD")
    monkeypatch.setenv("SIXCLEAR_TASKS_DATABASE_URL", "nonsense")
    monkeypatch.setenv("SIXCLEAR_JWKS_URL", "identity.example")
    monkeypatch.setenv("SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS", "kafka")
    assert main(["check-config", "--target", "tasks"]) == 1
    said = capsys.readouterr().err
    for name in ("BOGUS", "LOG_LEVEL", "TASKS_DATABASE_URL", "JWKS_URL", "KAFKA_BOOTSTRAP_SERVERS"):
        assert f"SIXCLEAR_{name}: " in said


def test_what_resembles_nothing_gets_no_guess() -> None:
    assert unknown_variables({"SIXCLEAR_UNHEARD_OF": "1", "OTHER": "2"}) == [
        "SIXCLEAR_UNHEARD_OF: there is no such setting"
    ]


def test_small_letters_name_the_same_setting() -> None:
    assert unknown_variables({"sixclear_log_level": "INFO"}) == []


def test_a_setting_is_on_the_page_when_it_is_known() -> None:
    page = configuration_reference()
    missing = {name for name in known_variables() if f"`{name}`" not in page}
    files = {name for name in missing if f"`{name.removesuffix('_FILE')}` | `secret`" in page}
    # For the processes of the local cluster; refused with its successor; written as `SIXCLEAR_<SERVICE>_URL`.
    assert missing - files == {
        "SIXCLEAR_PARENT_PIPE",
        "SIXCLEAR_FEEDBACK_TRUSTED_PROXIES",
        *(f"SIXCLEAR_{name}_URL" for name in ("TASKS", "FEEDBACK", "DATA_CATALOG", "MONITORING", "PORTAL")),
    }


def test_the_release_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("sixclear 0.")
