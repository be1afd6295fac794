"""What a witness saw of each log: one row a log, in a file that no crash takes back.

To check a checkpoint and to store it is one transaction of SQLite that no other one of any process crosses, and it is
on the disk before the cosignature leaves. A witness that forgets, or that lets two requests pass each other, would
cosign two histories.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sixclear.common.data_files import make_folder
from sixclear.common.transparency.checkpoints import Checkpoint
from sixclear.common.transparency.notes import SigningKey, VerifierKey
from sixclear.common.transparency.witnessing import AddCheckpoint, Reply, origin_of, witness

_WAIT_SECONDS = 4.0
_TABLE = """
CREATE TABLE IF NOT EXISTS seen (
    origin TEXT PRIMARY KEY,
    size TEXT NOT NULL,
    root BLOB NOT NULL,
    note TEXT NOT NULL
) STRICT
"""


class WitnessStore:
    """The file of a witness; any number of threads and processes may use it."""

    def __init__(self, path: Path) -> None:
        make_folder(path.parent)
        self._path = path
        with self._opened() as database:
            database.execute(_TABLE)
        path.chmod(0o600)

    def answer(
        self, request: AddCheckpoint, logs: Mapping[str, Sequence[VerifierKey]], key: SigningKey, now: datetime
    ) -> Reply:
        """Check a checkpoint against what was seen, and store it: one step. Raises NoteInvalid for what is none.

        Raises sqlite3.OperationalError when other requests keep the file for seconds, or the disk is full.
        """
        origin = origin_of(request)
        with self._opened() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                reply = witness(request, _seen(database, origin), logs, key, now)
                if reply.seen is not None:
                    row = (origin, str(reply.seen.size), reply.seen.root, request.note + reply.body)
                    database.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", row)
                database.execute("COMMIT")
            except BaseException:
                database.rollback()
                raise
        return reply

    def note(self, origin: str) -> str | None:
        """The newest checkpoint of a log with this witness's cosignature; None before the first."""
        with self._opened() as database:
            row = database.execute("SELECT note FROM seen WHERE origin = ?", (origin,)).fetchone()
        return None if row is None else str(row[0])

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=_WAIT_SECONDS, isolation_level=None)) as database:
            # EXTRA syncs the folder too, so that a power cut cannot bring back the journal of a finished transaction.
            database.execute("PRAGMA synchronous = EXTRA")
            yield database


def _seen(database: sqlite3.Connection, origin: str) -> Checkpoint | None:
    row = database.execute("SELECT size, root FROM seen WHERE origin = ?", (origin,)).fetchone()
    return None if row is None else Checkpoint(origin, int(row[0]), bytes(row[1]))
