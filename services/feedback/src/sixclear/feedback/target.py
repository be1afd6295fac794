"""The feedback service as the launcher sees it: it makes its secret once, and follows the calendar at start."""

from datetime import timedelta
from pathlib import Path
from weakref import WeakKeyDictionary

from sixclear.common.runtime.source_target import SourceTarget
from sixclear.common.runtime.target import Runtime
from sixclear.common.secret_files import secret_at
from sixclear.common.sender.sender import Sender
from sixclear.common.transparency.asking import BOUNDS
from sixclear.common.transparency.folder import LogFolder
from sixclear.common.transparency.notes import SigningKey
from sixclear.common.transparency.policies import read_witnesses
from sixclear.common.visitor import trusted_networks
from sixclear.feedback.answer import service as answers
from sixclear.feedback.app import create_app, give_receipts
from sixclear.feedback.attachment import service as attachments
from sixclear.feedback.census.service import count
from sixclear.feedback.escalation.service import escalate
from sixclear.feedback.events import EVENTS
from sixclear.feedback.mailbox.service import erase_case
from sixclear.feedback.notice import service as notices
from sixclear.feedback.notice.smtp import SmtpServer
from sixclear.feedback.organisation import consumers as organisations
from sixclear.feedback.proposal import consumers as proposals
from sixclear.feedback.proposal.service import publish_waiting
from sixclear.feedback.public_clock import service as public_clocks
from sixclear.feedback.rating import service as ratings
from sixclear.feedback.retention import service as retention
from sixclear.feedback.sealing import filling, renewing
from sixclear.feedback.sealing.periods import KeyFolder
from sixclear.feedback.sealing.service import Vault, carry
from sixclear.feedback.settings import Settings
from sixclear.feedback.statistics import service as statistics
from sixclear.feedback.submission.receipts import Receipts
from sixclear.feedback.submission.service import timing
from sixclear.feedback.submission.service.editions import move_open_cases, watch_end
from sixclear.feedback.submission.service.erasing import forget_late_statements, repeat_erasures
from sixclear.feedback.submission.service.holding import release_over
from sixclear.feedback.submission.service.hours import publish_hours
from sixclear.feedback.submission.service.silence import state_silence
from sixclear.feedback.transparency import repository as log
from sixclear.feedback.transparency.cosigning import Cosigning, policy_of
from sixclear.feedback.transparency.sequencer import Sequencer

# One sequencer for each target of this process.
_LOGS: WeakKeyDictionary[SourceTarget[Settings], Sequencer] = WeakKeyDictionary()


async def prepare(target: SourceTarget[Settings]) -> None:
    """Read the secret, then bring open cases to the newest edition of the calendar."""
    open_vault(target)
    _LOGS[target] = await sequencer_of(target, read_secret(target))
    clock = target.runtime.clock
    await move_open_cases(target.database, target.event_log, clock())
    watch_end(clock)


def read_secret(target: SourceTarget[Settings]) -> Receipts:
    """Give the application the secret that receipt codes are derived from, and the key of the public log."""
    key = target.settings.receipt_key
    if key is not None:
        secret = key.get_secret_value().encode()
    else:
        secret = secret_at(target.runtime.settings.home / "feedback" / "receipt.key")
    receipts = Receipts(secret)
    give_receipts(target.app, receipts)
    return receipts


def open_vault(target: SourceTarget[Settings]) -> None:
    """Let the sessions of the target's database seal and open what people write."""
    folder = target.settings.keys_folder or target.runtime.settings.home / "feedback" / "keys"
    carry(target.database, Vault(KeyFolder(folder), target.settings.hub_organisation_id, target.settings.erasure_days))


async def sequencer_of(target: SourceTarget[Settings], receipts: Receipts) -> Sequencer:
    """What adds to the public log: by the name that the log has, or that it is to have."""
    settings, common = target.settings, target.runtime.settings
    async with target.database.session() as session:
        known = await log.find_identity(session)
    origin = settings.log_origin or (known[0] if known else _origin_at(str(common.public_url)))
    folder = settings.log_folder or common.home / "feedback" / "log"
    key, clock = SigningKey.of_seed(origin, receipts.log_seed()), target.runtime.clock
    witnesses = "" if settings.log_policy is None else read_witnesses(settings.log_policy)
    sender = Sender(trusted_networks(settings.outgoing_allowed), settings.outgoing_ca_file, BOUNDS)
    cosigning = Cosigning(target.database, policy_of(key.verifier, witnesses), sender.send, clock)
    return Sequencer(target.database, LogFolder(folder), key, clock, cosigning)


def _origin_at(public_url: str) -> str:
    return public_url.partition("://")[2].rstrip("/") + "/api/feedback/v1/log"


async def add_to_log(target: SourceTarget[Settings]) -> None:
    """Sign what waits, and show it."""
    await _LOGS[target].run()


async def publish_over(target: SourceTarget[Settings]) -> None:
    """Publish the steps of hours that are over."""
    await publish_hours(target.database, target.event_log, target.runtime.clock)


async def publish_proposals(target: SourceTarget[Settings]) -> None:
    """Publish the accepted proposals of cases that keep hours alone."""
    await publish_waiting(target.database, target.event_log, target.runtime.clock)


async def certify_silence(target: SourceTarget[Settings]) -> None:
    """State of cases that became overdue that no answer came."""
    hub = target.settings.hub_organisation_id
    await state_silence(target.database, target.event_log, target.runtime.clock, hub)


async def seal_what_is_clear(target: SourceTarget[Settings]) -> None:
    """Seal what a release before wrote in clear."""
    await filling.seal_what_is_clear(target.database, target.event_log, target.runtime.clock)


async def publish_scheduled(target: SourceTarget[Settings]) -> None:
    """Publish the answers whose time has come."""
    await answers.publish_scheduled(target.database, target.event_log, target.runtime.clock)


async def ask_for_ratings(target: SourceTarget[Settings]) -> None:
    """Ask the senders of answers that are not rated, once."""
    await ratings.remind(target.database, target.event_log, target.runtime.clock)


async def keep_statistics(target: SourceTarget[Settings]) -> None:
    """Keep the figures of the day when it begins."""
    await statistics.keep_day(target.database, target.event_log, target.runtime.clock)
    await ratings.keep_day(target.database, target.event_log, target.runtime.clock)


async def tell_clocks(target: SourceTarget[Settings]) -> None:
    """Tell how the clocks of public copies stand when the day begins."""
    await public_clocks.tell_day(target.database, target.runtime.clock)


async def send_notices(target: SourceTarget[Settings]) -> None:
    """Tell senders who left an address that there is news, where this process sends mails."""
    settings, common = target.settings, target.runtime.settings
    if settings.mail_host is None or settings.mail_from is None:
        return
    password = None if settings.mail_password is None else settings.mail_password.get_secret_value()
    server = SmtpServer(
        settings.mail_host,
        settings.mail_port,
        settings.mail_tls,
        settings.mail_from,
        settings.mail_user,
        password,
        settings.mail_ca_file,
    )
    mailbox = f"{str(common.public_url).rstrip('/')}/feedback/mailbox"
    await notices.send_notices(target.database, target.event_log, target.runtime.clock, server, mailbox)


async def end_pauses(target: SourceTarget[Settings]) -> None:
    """Let clocks go on whose pause is over."""
    await timing.end_pauses(target.database, target.event_log, target.runtime.clock)


async def release_held(target: SourceTarget[Settings]) -> None:
    """Hold no longer what was held for a working day."""
    await release_over(target.database, target.runtime.clock)


async def tell_overdue(target: SourceTarget[Settings]) -> None:
    """Tell overdue cases one rung higher."""
    settings = target.settings
    bodies = settings.hub_organisation_id, settings.standing_organisation_id
    await escalate(target.database, target.event_log, target.runtime.clock, *bodies)


async def renew_keys(target: SourceTarget[Settings]) -> None:
    """Wrap keys again that earlier months wrapped, and destroy the private keys whose time is over."""
    await renewing.renew(target.database, target.event_log, target.runtime.clock)


async def erase_over(target: SourceTarget[Settings]) -> None:
    """Erase what was kept long enough."""
    await retention.erase_what_is_over(target.database, target.event_log, target.runtime.clock, erase_case)


async def keep_erased(target: SourceTarget[Settings]) -> None:
    """Erase again what a dump brought back, and forget what was stated on cases just before they were erased."""
    await repeat_erasures(target.database, target.event_log, target.runtime.clock, erase_case)
    await forget_late_statements(target.database, target.runtime.clock)


async def forget_files(target: SourceTarget[Settings]) -> None:
    """Take out of the store what erased cases had."""
    await attachments.forget_gone(target.database, target.settings.files_folder)


async def sweep_files(target: SourceTarget[Settings]) -> None:
    """Take out of the store what never became a file of a case."""
    settings = target.settings
    aside = timedelta(days=settings.erasure_days)
    await attachments.sweep(target.database, settings.files_folder, target.runtime.clock(), aside)


async def scan_files(target: SourceTarget[Settings]) -> None:
    """Look at files that were held while the scanner did not answer."""
    settings, clock = target.settings, target.runtime.clock
    await attachments.scan_held(target.database, target.event_log, clock, settings.files_folder, settings.scanner)


def with_files(settings: Settings, home: Path) -> Settings:
    """The settings, with the folder of files below the data folder where they name none."""
    return settings.model_copy(update={"files_folder": settings.files_folder or home / "feedback" / "files"})


def create_target(runtime: Runtime, settings: Settings | None = None) -> SourceTarget[Settings]:
    """The target, with settings from the environment unless they are given."""
    return SourceTarget(
        runtime,
        events=EVENTS,
        prefixes=("/api/feedback",),
        package="sixclear.feedback",
        settings=with_files(settings or Settings(), runtime.settings.home),
        create_app=create_app,
        mirror=organisations.mirror,
        followers=(proposals.tasks_of_proposals,),
        waiting_for="migrating, reading the receipt secret and following the calendar",
        prepare=prepare,
        count=count,
        tend={
            "texts in clear": seal_what_is_clear,
            "keys of months past": renew_keys,
            "what was erased": keep_erased,
            "content without a file": sweep_files,
            "what was kept long enough": erase_over,
        },
        pass_time={
            "answers that are not rated": ask_for_ratings,
            "files that are held": scan_files,
            "notices": send_notices,
            "figures of the day": keep_statistics,
            "clocks of public copies": tell_clocks,
        },
        go_on={
            "answers whose time has come": publish_scheduled,
            "what was not answered": certify_silence,
            "pauses that are over": end_pauses,
            "what is held": release_held,
            "what is overdue": tell_overdue,
            "hours that are over": publish_over,
            "proposals of hours that are over": publish_proposals,
            "the public log": add_to_log,
            "files of erased cases": forget_files,
        },
    )
