"""A secret is read from the file that a container platform mounts, or refused without being shown."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from sixclear.common.database_address import DatabaseAddress
from sixclear.common.secret_files import ReadSettings


class Settings(ReadSettings):
    """What a service has."""

    model_config = SettingsConfigDict(env_prefix="SIXCLEAR_TRIED_", extra="forbid")

    database_url: DatabaseAddress = "postgresql://db/x"
    key: SecretStr | None = None
    name: str = "plain"


def _set(monkeypatch: pytest.MonkeyPatch, path: Path, variable: str, content: bytes) -> None:
    path.write_bytes(content)
    monkeypatch.setenv(variable, str(path))


def test_secrets_come_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _set(monkeypatch, tmp_path / "key", "SIXCLEAR_TRIED_KEY_FILE", b"hush\n")
    _set(monkeypatch, tmp_path / "url", "SIXCLEAR_TRIED_DATABASE_URL_FILE", b"postgresql://u:hush@db/y\r\n")
    read = Settings()
    assert read.key is not None
    assert read.key.get_secret_value() == "hush"
    assert read.database_url == "postgresql+asyncpg://u:hush@db/y"


def test_what_is_no_secret_has_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _set(monkeypatch, tmp_path / "name", "SIXCLEAR_TRIED_NAME_FILE", b"other")
    assert Settings().name == "plain"


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * 65_537])
def test_a_file_without_a_usable_secret_is_refused(
    content: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _set(monkeypatch, tmp_path / "key", "SIXCLEAR_TRIED_KEY_FILE", content)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert refused.value.errors()[0]["loc"] == ("key_file",)


def test_a_file_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIXCLEAR_TRIED_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(ValidationError, match="no such file"):
        Settings()
    monkeypatch.setenv("SIXCLEAR_TRIED_KEY_FILE", str(tmp_path))
    with pytest.raises(ValidationError, match="a folder"):
        Settings()


def test_two_places_for_one_secret_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _set(monkeypatch, tmp_path / "key", "SIXCLEAR_TRIED_KEY_FILE", b"hush")
    monkeypatch.setenv("SIXCLEAR_TRIED_KEY", "hush as well")
    with pytest.raises(ValidationError, match="not both") as refused:
        Settings()
    assert "hush" not in str(refused.value)
