"""The feedback service as the launcher sees it: it makes the receipt secret once, and follows the calendar at start."""

from sixclear.common.runtime.source_target import SourceTarget
from sixclear.common.runtime.target import Runtime
from sixclear.feedback.app import create_app, give_receipts
from sixclear.feedback.census.service import count
from sixclear.feedback.events import EVENTS
from sixclear.feedback.organisation import consumers as organisations
from sixclear.feedback.settings import Settings
from sixclear.feedback.submission.receipts import Receipts, secret_at
from sixclear.feedback.submission.service.editions import move_open_cases, watch_end


async def prepare(target: SourceTarget[Settings]) -> None:
    """Read the secret, then bring open cases to the newest edition of the calendar."""
    read_secret(target)
    clock = target.runtime.clock
    await move_open_cases(target.database, target.event_log, clock())
    watch_end(clock)


def read_secret(target: SourceTarget[Settings]) -> None:
    """Give the application the secret that receipt codes are derived from."""
    key = target.settings.receipt_key
    if key is not None:
        secret = key.get_secret_value().encode()
    else:
        secret = secret_at(target.runtime.settings.home / "feedback" / "receipt.key")
    give_receipts(target.app, Receipts(secret))


def create_target(runtime: Runtime, settings: Settings | None = None) -> SourceTarget[Settings]:
    """The target, with settings from the environment unless they are given."""
    return SourceTarget(
        runtime,
        events=EVENTS,
        prefixes=("/api/feedback",),
        package="sixclear.feedback",
        settings=settings or Settings(),
        create_app=create_app,
        mirror=organisations.mirror,
        waiting_for="migrating, reading the receipt secret and following the calendar",
        prepare=prepare,
        count=count,
    )
