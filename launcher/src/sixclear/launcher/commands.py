"""What each command does. All answer the process's exit code."""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from importlib import import_module
from pathlib import Path
from typing import TextIO
from uuid import UUID

import httpx2

from sixclear.common.logging import configure_logging
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.configuration import effective
from sixclear.launcher.data_folder import Announcement, announced
from sixclear.launcher.databases import database_variable, databases
from sixclear.launcher.options import RunOptions, common_settings, default_host, default_port
from sixclear.launcher.registry import SERVICES, SOURCES, Service, chosen
from sixclear.launcher.signals import Signals, Stopped
from sixclear.launcher.start_rules import broken_rules


def say(line: str) -> None:
    """A line for the person at the terminal."""
    print(line, flush=True)


def tell(line: str) -> None:
    """A line of what runs: it goes on where the terminal's file is full or gone."""
    with suppress(OSError):
        say(line)


async def run(options: Namespace) -> int:
    """Serve until a signal comes."""
    from sixclear.launcher.run import serve

    return await serve(RunOptions(target=options.target, host=options.host, port=options.port, demo=options.demo), tell)


async def cluster(options: Namespace) -> int:
    """Run the cluster until a signal comes."""
    from sixclear.launcher.cluster import serve

    return await serve(RunOptions(target="all", host=options.host, port=options.port, demo=options.demo), tell)


async def token(options: Namespace) -> int:
    """Print a token that is good at the platform of this data folder."""
    from sixclear.launcher.identity import tokens_of

    settings, _ = _platform(None)
    say(await tokens_of(settings)(options.client_id))
    return 0


async def identity_keycloak(options: Namespace) -> int:
    """Print the realm."""
    from sixclear.launcher.identity_realms import realm_with

    say(json.dumps(realm_with(options.body, demo=options.development), indent=2, ensure_ascii=False))
    return 0


async def identity_client(options: Namespace) -> int:
    """Make, renew or revoke the client of a body; its secret is told once."""
    from sixclear.launcher.identity_clients import EmbeddedIssuer, client_name, wanted
    from sixclear.launcher.keycloak_admin import KeycloakAdmin

    settings = common_settings("127.0.0.1", 0)
    name = client_name(options.body, options.role)
    adds = options.step == "add"
    made = wanted(options.body, options.name, options.role, options.mandate) if adds else None
    # Opened first: a secret that cannot be written would be lost.
    file = _for_its_owner(options.secret_file) if getattr(options, "secret_file", None) else None
    try:
        async with KeycloakAdmin(settings) if settings.outside_provider else EmbeddedIssuer(settings) as admin:
            if options.step == "revoke":
                await admin.revoke(name)
                say(f"{name} gets no more tokens; those that it has end with their life.")
                return 0
            secret = await admin.renew(name) if made is None else await admin.add(made)
    except BaseException:
        if file is not None:
            file.close()
            options.secret_file.unlink()  # empty, and the next try would be refused because it is there
        raise
    if file is None:
        say(f"client_id={name}")
        say(f"client_secret={secret}")
        return 0
    with file:
        file.write(secret)
    say(f"The secret of {name} is in {options.secret_file}.")
    return 0


def _for_its_owner(path: Path) -> TextIO:
    try:
        return open(path, "x", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600))
    except OSError as error:
        raise CannotStart(f"{path} cannot be made ({type(error).__name__}).", "Name one that is not there.") from error


async def demo(options: Namespace) -> int:
    """Load the demonstration into a running platform, or post to it for a while."""
    from sixclear.launcher.demonstration import api_client, ensure_demo, play

    settings, platform = _platform(options.url)
    async with api_client(platform.address, platform.services) as client:
        try:
            with Signals(say) as signals:
                if options.what == "live":
                    await signals.unless_stopped(play(settings, client, options.seconds, say))
                else:
                    complete = await signals.unless_stopped(ensure_demo(settings, client, say))
                    say("The demonstration is there." if complete else "The demonstration is not complete.")
                    return 0 if complete else 1
        except httpx2.ConnectError as error:
            raise CannotStart(
                f"Nothing answers at {platform.address}.", "Start the platform first: make run"
            ) from error
        except Stopped:
            return 130
    return 0


async def migrate(options: Namespace) -> int:
    """Migrate every chosen service that has a database."""
    from sixclear.common import migrations

    services = [service for service in chosen(options.target) if service.has_database]
    settings = common_settings("127.0.0.1", 0)
    configure_logging(settings)
    async with AsyncExitStack() as stack:
        urls = await databases(settings, services, stack)
        for service in services:
            await migrations.upgrade(urls[service.name], service.package)
            say(f"{service.name}: up to date")
    return 0


async def keys(_: Namespace) -> int:
    """List what earlier releases took under two spellings of one key."""
    from sixclear.launcher.duplicates import find

    settings = common_settings("127.0.0.1", 0)
    configure_logging(settings)
    found = await find(settings)
    for line in found:
        say(line)
    read = ", ".join(service.name for service in SOURCES)
    said = f"{len(found)} entities have the key of an older one" if found else "No two entities have the same key"
    say(f"{said} (databases read: {read}).")
    return 0


async def files(_: Namespace) -> int:
    """Read every file of evidence, and say what is missing, damaged or named by nothing; 1 where something is wrong."""
    from sixclear.launcher.files import examine, lines_of

    settings = common_settings("127.0.0.1", 0)
    configure_logging(settings)
    faults = await examine(settings)
    for line in lines_of(faults):
        say(line)
    return 1 if faults.missing or faults.damaged else 0


async def publish_past(_: Namespace) -> int:
    """Publish evidence, extensions and lapsed milestones of an earlier release, as events of their own."""
    from sixclear.launcher.past import publish

    settings = common_settings("127.0.0.1", 0)
    configure_logging(settings)
    told = await publish(settings)
    say(
        f"{told.evidence} pieces of evidence, {told.extensions} extensions and {told.milestones} lapsed milestones of "
        "the past were published."
    )
    return 0


async def replay(options: Namespace) -> int:
    """Have stored events sent to the broker again."""
    from sixclear.launcher.replay import replay as request

    settings = common_settings("127.0.0.1", 0)
    configure_logging(settings)
    entity = _entity(options.entity)
    await request(settings, options.service, position=options.position, entity_id=entity)
    what = f"the events of {entity}" if entity else f"every event from position {options.position} on"
    say(f"The relay of {options.service} was asked to send {what} again.")
    return 0


async def epoch(options: Namespace) -> int:
    """Have everybody read a service's event log again from its beginning."""
    from sixclear.launcher.epochs import raise_by_hand

    settings = common_settings("127.0.0.1", 0)
    configure_logging(settings)
    raised = await raise_by_hand(settings, options.service)
    say(f"The event log of {options.service} is in epoch {raised} now; it is sent and read again from its beginning.")
    return 0


async def purge(options: Namespace) -> int:
    """Take the earlier public versions of an entity out of the log that is sent."""
    from sixclear.launcher.purges import purge_entity

    if not options.dry_run and not options.reason.strip():
        raise CannotStart(
            "A purge cannot be undone, and its reason stays with it.", "Say why: --reason TEXT, or --dry-run first."
        )
    settings = common_settings("127.0.0.1", 0)
    configure_logging(settings)
    lines = await purge_entity(
        settings,
        options.entity,
        requested_by=options.by,
        reason=options.reason,
        force=options.force,
        dry_run=options.dry_run,
    )
    for line in lines:
        say(line)
    return 0


async def rebuild(options: Namespace) -> int:
    """Have monitoring fold a source again, and follow it until readers see the result."""
    from sixclear.launcher.rebuild import Bars, ask, follow

    settings = common_settings("127.0.0.1", 0)
    configure_logging(settings)
    before = await ask(settings, options.source)
    say(f"Monitoring reads the log of {', '.join(before)} again and shows the result once it is whole.")
    if options.no_wait:
        return 0
    with Bars() as bars:
        done = await follow(settings, before, bars.show)
    say("It is shown." if done else "No process of monitoring leads now; it begins as soon as one does.")
    return 0


async def simulate(options: Namespace) -> int:
    """Fill the database of tasks with a country that is made up."""
    from sixclear.launcher.simulation import Bar, fill
    from sixclear.tasks.simulation.service import Size

    settings = common_settings("127.0.0.1", 0)
    configure_logging(settings)
    with Bar(options.tasks) as bar:
        lines = await fill(settings, Size(options.tasks, options.seed, options.add), bar.show)
    for line in lines:
        say(line)
    return 0


def _entity(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise CannotStart(f"{text!r} is no entity's identifier.", "Give a UUID, as events carry it.") from error


async def check_config(options: Namespace) -> int:
    """Print what a process would use."""
    services = [] if options.target == "issuer" else chosen(options.target)
    supplied = frozenset(database_variable(service) for service in services if service.has_database)
    lines, problems = effective(services, supplied=supplied)
    for line in lines:
        say(line)
    for problem in problems:
        print(problem, file=sys.stderr)
    broken = (
        []
        if problems
        else list(broken_rules(common_settings(default_host(), default_port()), services, options.target))
    )
    for rule in broken:
        print(rule, file=sys.stderr)
    if problems or broken or not options.connect:
        return 1 if problems or broken else 0
    return await _try_connections(services)


async def _try_connections(services: Sequence[Service]) -> int:
    from sixclear.launcher.connections import tried

    failed = tries = 0
    async for one in tried(common_settings(default_host(), default_port()), services):
        line = f"{one.name}: {'answers' if one.answered else 'FAILS'}: {one.said}"
        print(line, file=sys.stdout if one.answered else sys.stderr, flush=True)
        failed += not one.answered
        tries += 1
    if not tries:
        say("nothing to try: no database, broker or identity provider is named, and what is embedded is not there yet")
    return 1 if failed else 0


async def read(options: Namespace) -> int:
    """Write the rows that imports take, from exports of another system."""
    from sixclear.launcher.come_over.command import read as read_exports

    return read_exports(options)


async def shadow(options: Namespace) -> int:
    """List the figures of another system that differ from the status here."""
    from sixclear.launcher.come_over import shadow as beside
    from sixclear.launcher.demonstration import api_client

    _, platform = _platform(options.url)
    async with api_client(platform.address, platform.services) as client:
        try:
            return await beside.shadow(options, client, say)
        except httpx2.HTTPError as error:
            raise CannotStart(f"Nothing answers at {platform.address}.", "Name the platform with --url.") from error


async def import_cases(options: Namespace) -> int:
    """Enter the running cases of another system."""
    from sixclear.launcher.come_over import cases_sent
    from sixclear.launcher.demonstration import api_client
    from sixclear.launcher.identity import tokens_of

    settings, platform = _platform(options.url)
    given = None if options.token_file is None else cases_sent.token_in(options.token_file)

    async def token() -> str:
        return given or await tokens_of(settings)(options.client)

    async with api_client(platform.address, platform.services) as client:
        try:
            return await cases_sent.import_cases(options, client, token, say)
        except httpx2.HTTPError as error:
            raise CannotStart(f"Nothing answers at {platform.address}.", "Name the platform with --url.") from error


async def verify(options: Namespace) -> int:
    """Verify a receipt as the one file does that others run without Sixclear."""
    from sixclear.common.transparency import verify_receipt

    asked = {"--log": options.log, "--policy": options.policy}
    given = [f"{name}={value}" for name, value in asked.items() if value is not None]
    return verify_receipt.main([*given, "--", options.file])


async def witness_key(options: Namespace) -> int:
    """Make the key of a witness; print its public half."""
    from sixclear.launcher.witness.command import make_key

    say(str(make_key(options.folder, options.name)))
    return 0


async def witness_run(options: Namespace) -> int:
    """Serve as a witness until a signal comes."""
    from sixclear.launcher.witness import command

    return await command.run(options, say)


async def targets(_: Namespace) -> int:
    """List the targets with what each serves."""
    say("all            every service in one process")
    say("issuer         the embedded issuer of demonstration tokens alone")
    for service in SERVICES:
        meaning = (import_module(service.package).__doc__ or "").strip().splitlines()
        say(f"{service.name:<14} {service.prefix:<16} {meaning[0] if meaning else ''}".rstrip())
    return 0


def _platform(url: str | None) -> tuple[CommonSettings, Announcement]:
    """The platform that runs on this data folder, else the one at `url` or on PORT."""
    settings = common_settings(default_host(), default_port())
    found = announced(settings.home) if url is None else None
    if found is None:
        return settings, Announcement(url or settings.public_url, settings.issuer, {})
    # The embedded issuer has the name that is announced; an outside provider has the one that the settings say.
    return settings.model_copy(update={} if settings.outside_provider else {"public_url": found.issuer}), found
