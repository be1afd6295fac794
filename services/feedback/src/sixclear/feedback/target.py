"""The feedback service as the launcher sees it: it makes the secret of receipt codes at the first start."""

from sixclear.common.runtime.source_target import SourceTarget
from sixclear.common.runtime.target import Runtime
from sixclear.feedback.app import create_app, give_receipts
from sixclear.feedback.events import EVENTS
from sixclear.feedback.settings import Settings
from sixclear.feedback.submission.receipts import Receipts, secret_at


async def read_secret(target: SourceTarget[Settings]) -> None:
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
        waiting_for="migrating and reading the receipt secret",
        prepare=read_secret,
    )
