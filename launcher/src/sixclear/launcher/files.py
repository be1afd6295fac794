"""`sixclear files`: whether every file of evidence is there and is what its hash says, and what nothing names."""

from collections.abc import Iterator
from contextlib import AsyncExitStack

from asyncpg import PostgresError
from obstore.exceptions import BaseError
from sqlalchemy.exc import DBAPIError

from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.databases import database_variable, known_databases
from sixclear.launcher.registry import SERVICES
from sixclear.tasks.file.service import Faults, check
from sixclear.tasks.file.stores import store_of
from sixclear.tasks.settings import Settings
from sixclear.tasks.target import with_files


async def examine(settings: CommonSettings) -> Faults:
    """Read every file of `tasks` once; raises `CannotStart` where the database or the store does not answer."""
    tasks = next(service for service in SERVICES if service.name == "tasks")
    async with AsyncExitStack() as stack:
        urls = await known_databases(settings, [tasks], stack)
        own = with_files(Settings(database_url=urls["tasks"]), settings)
        if not own.files:
            raise CannotStart("No place for files is set up.", "Set SIXCLEAR_TASKS_FILES to a folder or a bucket.")
        database = Database(own.database_url, application_name="sixclear-files", pool_size=1)
        stack.push_async_callback(database.close)
        try:
            return await check(database, store_of(own), utc_now())
        except (DBAPIError, OSError, TimeoutError, PostgresError, BaseError) as error:
            raise CannotStart(
                "The files or their database do not answer.",
                f"Start them, or mend {database_variable(tasks)} and SIXCLEAR_TASKS_FILES, then try again.",
            ) from error


def lines_of(faults: Faults) -> Iterator[str]:
    """What a person reads: a line for each fault, then how many."""
    for word, hashes in (
        ("missing", faults.missing),
        ("damaged", faults.damaged),
        ("named by nothing", faults.orphaned),
    ):
        for sha256 in hashes:
            yield f"{word}: {sha256}"
    counts = f"{len(faults.missing)} missing, {len(faults.damaged)} damaged, {len(faults.orphaned)} named by nothing"
    yield f"{faults.checked} files read: {counts}."
