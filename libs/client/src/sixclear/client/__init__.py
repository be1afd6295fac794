"""The client of a Sixclear installation, blocking (`Client`) and async (`AsyncClient`), of one source.

It gets and renews its token, repeats what failed on the way under the same `Idempotency-Key`, follows pages, sends rows
in bulk and reads what changed since a position.
"""

from sixclear.client.asynchronous import AsyncClient
from sixclear.client.blocking import Client
from sixclear.client.problems import NotReached, PositionGone, Problem
from sixclear.client.results import BulkAnswer, Event, LogPage
from sixclear.client.rows import rows_of_csv
from sixclear.client.steps import Credentials

__all__ = [
    "AsyncClient",
    "BulkAnswer",
    "Client",
    "Credentials",
    "Event",
    "LogPage",
    "NotReached",
    "PositionGone",
    "Problem",
    "rows_of_csv",
]
