"""Secrets in files: as container platforms mount them (`…_PASSWORD_FILE` in place of `…_PASSWORD`), or made by us."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

_LONGEST_BYTES = 65_536
SECRET_BYTES = 32


class SecretMark:
    """In the annotation of a field: its text is a secret although its type does not say so."""


SECRET = SecretMark()


class SecretUnreadable(Exception):
    """A file holds no secret that can be used; the text says why and names nothing."""


def secret_in(path: Path) -> str:
    """The secret in a file, without a line break at its end; raises SecretUnreadable."""
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_BYTES + 1)
        text = content.decode().rstrip("\r\n")
    except FileNotFoundError as error:
        raise SecretUnreadable("there is no such file") from error
    except IsADirectoryError as error:
        raise SecretUnreadable("this is a folder, not a file") from error
    except PermissionError as error:
        raise SecretUnreadable("this user may not read the file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SecretUnreadable("the file cannot be read as text") from error
    if not text or len(content) > _LONGEST_BYTES:
        raise SecretUnreadable(f"the file is empty or longer than {_LONGEST_BYTES} bytes")
    return text


def secret_at(path: Path) -> bytes:
    """The secret in the file at `path`, which only its owner can read. The first call makes it."""
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return write_once(path, os.urandom(SECRET_BYTES))


def write_once(path: Path, content: bytes) -> bytes:
    """What the file at `path` holds, which only its owner can read: `content`, unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)  # unlike a rename it never replaces the secret of another process
    draft.unlink()
    return path.read_bytes()


def is_secret(field: FieldInfo) -> bool:
    """Whether the field's value must not be shown, and may stand in a file."""
    return (
        field.annotation is SecretStr
        or SecretStr in get_args(field.annotation)
        or any(isinstance(mark, SecretMark) for mark in field.metadata)
    )


def variable_of(settings: type[BaseSettings], name: str) -> str:
    """The environment variable of a field."""
    return f"{settings.model_config.get('env_prefix', '')}{name}".upper()


def file_variable_of(settings: type[BaseSettings], name: str) -> str | None:
    """The variable that names the file of a secret; none where the field is no secret, or names a file by itself."""
    field = settings.model_fields[name]
    if not is_secret(field) or f"{name}_file" in settings.model_fields:
        return None
    return f"{variable_of(settings, name)}_FILE"


class ReadSettings(BaseSettings):
    """Settings of the environment in which each secret may also stand in a file.

    The file is read once, when the settings are; a line break at its end is not part of the secret. Both variables
    together, or a file that cannot be read, raise ValidationError without a value.
    """

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, the environment, then the files that the environment names."""
        return init_settings, env_settings, _SecretFiles(settings_cls)


class _SecretFiles(PydanticBaseSettingsSource):
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the named file, or nothing."""
        variable = file_variable_of(self.settings_cls, field_name)
        path = os.environ.get(variable) if variable else None
        if variable is None or path is None:
            return None, field_name, False
        if variable.removesuffix("_FILE") in os.environ:
            raise self._refused(field_name, f"set this or {variable.removesuffix('_FILE')}, not both")
        return self._content(field_name, Path(path)), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _content(self, name: str, path: Path) -> str:
        try:
            return secret_in(path)
        except SecretUnreadable as error:
            raise self._refused(name, str(error)) from error

    def _refused(self, name: str, words: str) -> ValidationError:
        error = PydanticCustomError("secret_file", "{words}", {"words": words})
        detail = InitErrorDetails(type=error, loc=(f"{name}_file",), input=None)
        return ValidationError.from_exception_data(self.settings_cls.__name__, [detail], hide_input=True)
