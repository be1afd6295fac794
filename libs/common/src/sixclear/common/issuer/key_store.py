"""The embedded issuer's files: `identity/` under the data folder, readable by its owner only."""

import os
import tempfile
from pathlib import Path
from typing import Any

import orjson
from joserfc.jwk import ECKey, KeySet

from sixclear.common.data_files import make_folder

_FOLDER = "identity"
PUBLIC_KEYS = "jwks.json"
_PRIVATE_KEY = "key.json"
CLIENTS = "clients.json"


def identity_folder(home: Path) -> Path:
    """The folder, made when it is missing."""
    folder = home / _FOLDER
    make_folder(home)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def signing_key(home: Path) -> ECKey:
    """The issuer's private key; the first call makes it and writes the public half beside it."""
    path = identity_folder(home) / _PRIVATE_KEY
    try:
        key = ECKey.import_key(orjson.loads(path.read_bytes()))
    except FileNotFoundError:
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        if not write_new(path, dict(key.as_dict(private=True))):
            return signing_key(home)
    public = dict(KeySet([key]).as_dict(private=False))
    # Written only where it says something else: a token can be had from a disk that is full, or read-only.
    if read(path.with_name(PUBLIC_KEYS)) != public:
        write(path.with_name(PUBLIC_KEYS), public)
    return key


def read(path: Path) -> Any:
    """The JSON in `path`, or None when there is no such file."""
    try:
        return orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return None


def write(path: Path, value: Any) -> None:
    """Replace `path` as a whole, mode 0600; no reader ever sees half of it."""
    os.replace(_temporary(path, value), path)


def write_new(path: Path, value: Any) -> bool:
    """Make `path`, mode 0600; False when somebody else made it first."""
    temporary = _temporary(path, value)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(temporary)
    return True


def _temporary(path: Path, value: Any) -> str:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps(value, option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        os.unlink(name)
        raise
    return name
