"""`sixclear witness`: makes the key of a witness, and runs it."""

import base64
import os
import re
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sixclear.common.clock import utc_now
from sixclear.common.data_files import make_folder
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.transparency.notes import COSIGNATURE, SigningKey, VerifierKey
from sixclear.common.transparency.policies import Policy, PolicyInvalid
from sixclear.launcher.seats import Seats
from sixclear.launcher.server import HttpServer, bind
from sixclear.launcher.signals import Signals
from sixclear.launcher.witness.app import witness_app
from sixclear.launcher.witness.store import WitnessStore

_KEY, _SEEN = "witness.key", "witness.sqlite"
_SEED_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9./:_-]{0,199}")
_CONNECTIONS = 200


def make_key(folder: Path, name: str) -> VerifierKey:
    """Make the key of a witness, for its owner only; raises CannotStart where there is one: two are two witnesses."""
    if not _NAME.fullmatch(name):
        raise CannotStart(
            f"{name!r} is no name of a witness.", "Give an address without https://: university.example/w"
        )
    seed = os.urandom(_SEED_BYTES)
    make_folder(folder)
    try:
        descriptor = os.open(folder / _KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CannotStart(
            f"{folder} has the key of a witness already.", "Use it, or name another folder with --folder."
        ) from None
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{name}\n{base64.b64encode(seed).decode()}\n")
        file.flush()
        os.fsync(file.fileno())
    return SigningKey.of_seed(name, seed, COSIGNATURE).verifier


def read_key(folder: Path) -> SigningKey:
    """The key that `make_key` left; raises CannotStart."""
    with suppress(OSError, ValueError):
        name, seed = (folder / _KEY).read_text(encoding="utf-8").split()
        return SigningKey.of_seed(name, base64.b64decode(seed, validate=True), COSIGNATURE)
    raise CannotStart(f"{folder} has no key of a witness.", "Make one: sixclear witness key NAME --folder FOLDER")


def read_logs(path: Path) -> dict[str, list[VerifierKey]]:
    """The keys of each log that a policy file names; raises CannotStart."""
    logs: dict[str, list[VerifierKey]] = {}
    try:
        for log in Policy.parse(path.read_text(encoding="utf-8")).logs:
            logs.setdefault(log.name, []).append(log)
    except (OSError, UnicodeDecodeError, PolicyInvalid) as error:
        raise CannotStart(
            f"{path} cannot be read as a policy: {error}.", "Save what GET /log/policy answers."
        ) from error
    if not logs:
        raise CannotStart(f"{path} names no log.", "Save what GET /log/policy of the log answers.")
    return logs


async def run(options: Namespace, say: Callable[[str], None]) -> int:
    """Serve until a signal comes."""
    key, logs = read_key(options.folder), read_logs(options.logs)
    app = witness_app(WitnessStore(options.folder / _SEEN), logs, key, utc_now)
    with Signals(say) as signals:
        listener = bind(options.host, options.port)
        server = HttpServer(app, listener, Seats(_CONNECTIONS, _CONNECTIONS, lambda host: True))
        await server.start()
        say(f"Witness {key.verifier} of {', '.join(logs)} at http://{options.host}:{server.port}")
        await signals.until_stopping(server.ended())
        await server.stop()
    return 0
