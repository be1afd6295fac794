"""The command line: each command, and what it takes."""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import Coroutine
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sixclear.common.data_files import UMASK
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.launcher import descriptors
from sixclear.launcher.full_disk import full_disk
from sixclear.launcher.options import default_host, default_port
from sixclear.launcher.registry import SOURCES
from sixclear.launcher.variables import refuse_wrong


def parser() -> argparse.ArgumentParser:
    """Every command with its flags; `run` is the function that does it."""
    from sixclear.launcher import commands

    top = argparse.ArgumentParser(prog="sixclear", description="The delivery platform for national resolutions.")
    top.add_argument("--version", action="version", version=f"sixclear {installed_version()}")
    named = top.add_subparsers(required=True, metavar="command")

    run = named.add_parser("run", help="start services in this process")
    run.add_argument("--target", default="all", help="all, issuer, or services with commas (see `sixclear targets`)")
    _demo(run)
    _address(run)
    run.set_defaults(run=commands.run, settles=True)

    cluster = named.add_parser("cluster", help="start Apache Kafka and one process per service on this machine")
    _demo(cluster)
    _address(cluster)
    cluster.set_defaults(run=commands.cluster)

    token = named.add_parser("token", help="print an access token of a demonstration client")
    token.add_argument("client_id", metavar="CLIENT_ID", help="e.g. standing-body, org-G06, org-01, operator")
    token.set_defaults(run=commands.token)

    _identity(named.add_parser("identity", help="make what an OpenID provider needs: a realm, clients of bodies"))

    demo = named.add_parser("demo", help="load the demonstration, or post as ministries for a while")
    demo.add_argument("what", choices=("load", "live"))
    demo.add_argument("--url", help="address of the platform (default: the one on SIXCLEAR_HOME)")
    demo.add_argument("--seconds", type=float, default=60.0, help="how long `live` posts")
    demo.set_defaults(run=commands.demo)

    migrate = named.add_parser("migrate", help="bring databases to this release's schema, then end")
    migrate.add_argument("--target", default="all", help="all, or services with commas")
    migrate.set_defaults(run=commands.migrate)

    keys = named.add_parser("keys", help="list entities whose keys differ only in form, which earlier releases took")
    keys.set_defaults(run=commands.keys)
    files = named.add_parser("files", help="read every file of evidence: what is missing, damaged, named by nothing")
    files.set_defaults(run=commands.files)

    past = named.add_parser("publish-past", help="after an upgrade: publish what was kept without events")
    past.set_defaults(run=commands.publish_past)

    replay = named.add_parser("replay", help="send a service's events to Kafka again, in order")
    replay.add_argument("--service", required=True, choices=[source.name for source in SOURCES])
    which = replay.add_mutually_exclusive_group()
    which.add_argument("--from", dest="position", type=int, default=1, help="first position to send")
    which.add_argument("--entity", help="only the events of this entity")
    replay.set_defaults(run=commands.replay)

    epoch = named.add_parser("epoch", help="have a service's event log read again from its beginning, after a restore")
    epoch.add_argument("what", choices=("raise",), help="raise the log's epoch by one")
    epoch.add_argument("service", metavar="SERVICE", help=", ".join(source.name for source in SOURCES))
    epoch.set_defaults(run=commands.epoch)

    rebuild = named.add_parser("rebuild", help="have monitoring count a source's events again, beside what it shows")
    rebuild.add_argument(
        "source",
        metavar="SOURCE",
        help=", ".join(source.name for source in SOURCES) + "; or monitoring, for all of them",
    )
    rebuild.add_argument("--no-wait", action="store_true", help="ask and return, without following it")
    rebuild.set_defaults(run=commands.rebuild)

    purge = named.add_parser("purge", help="take an entity's earlier public versions out of the log, and send it again")
    purge.add_argument("entity", metavar="ENTITY", help="its kind and identifier: task/0198a3c4-…")
    purge.add_argument("--reason", default="", help="why; kept with who and when, and needed unless it is a dry run")
    purge.add_argument("--by", help="who asks for it (default: the user of this terminal)")
    purge.add_argument("--force", action="store_true", help="although it is public: all but its newest public version")
    purge.add_argument("--dry-run", action="store_true", help="only say what would be taken out, and what was")
    purge.set_defaults(run=commands.purge)

    simulate = named.add_parser("simulate", help="fill the database of tasks with a country that is made up")
    simulate.add_argument("--tasks", type=_number, default=1_000_000, help="how many (default: 1000000)")
    simulate.add_argument("--seed", type=_number, default=1, help="the same one gives the same tasks (default: 1)")
    simulate.add_argument("--add", action="store_true", help="although the database holds more than the seed data")
    simulate.set_defaults(run=commands.simulate)

    _come_over(named)

    check = named.add_parser("check-config", help="print the effective settings without secrets, or what is wrong")
    check.add_argument("--target", default="all", help="all, or services with commas")
    check.add_argument("--connect", action="store_true", help="also try databases, brokers and the identity provider")
    check.set_defaults(run=commands.check_config, takes_unknown=True)

    verify = named.add_parser("verify", help="verify a receipt: 0 verified, 1 false, 2 not yet in the log")
    verify.add_argument("file", metavar="FILE", help="what the mailbox saved: *.sixclear-receipt.json")
    verify.add_argument(
        "--log", metavar="URL|DIR", help="read the public log too: its address, or a folder of its files"
    )
    verify.add_argument("--policy", metavar="FILE", help="whose signatures count (default: the policy in FILE)")
    verify.set_defaults(run=commands.verify, takes_unknown=True)

    _witness(named.add_parser("witness", help="remember what public logs showed, and cosign what continues it"))

    targets = named.add_parser("targets", help="list what --target takes")
    targets.set_defaults(run=commands.targets)
    return top


def _come_over(named: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from sixclear.launcher import commands

    read = named.add_parser("read", help="write the rows that imports take, from exports of another system")
    read.add_argument("system", choices=("dhis2", "openproject", "table"), help="what wrote the files")
    read.add_argument("files", nargs="+", type=Path, metavar="FILE", help="its exports")
    read.add_argument("--mapping", required=True, type=Path, help="a JSON file: how its words become ours")
    kinds = ("directives", "tasks", "reports")
    read.add_argument("--as", dest="kind", required=True, choices=kinds, help="what the rows are")
    read.add_argument("--metadata", type=Path, help="with dhis2: its export of metadata, for names in reports")
    read.set_defaults(run=commands.read)

    shadow = named.add_parser("shadow", help="list every figure of another system that differs from the status here")
    shadow.add_argument("files", nargs="+", type=Path, metavar="FILE", help="its figures: CSV, NDJSON or a workbook")
    shadow.add_argument("--mapping", required=True, type=Path, help="a JSON file: which figure is which of ours")
    shadow.add_argument("--url", help="address of the platform (default: the one on SIXCLEAR_HOME)")
    shadow.set_defaults(run=commands.shadow)

    what = named.add_parser("import", help="enter what another system has, over HTTP").add_subparsers(
        required=True, metavar="what"
    )
    cases = what.add_parser("feedback", help="running cases of citizens, each once, with their clocks")
    cases.add_argument("system", choices=("open311", "decidim", "table"), help="what wrote the files")
    cases.add_argument("files", nargs="+", type=Path, metavar="FILE", help="its exports: JSON or CSV")
    cases.add_argument("--mapping", required=True, type=Path, help="a JSON file: how its words become ours")
    cases.add_argument("--results", required=True, type=Path, help="what became of each, with receipt codes; goes on")
    cases.add_argument("--dry-run", action="store_true", help="only say what would be entered")
    cases.add_argument("--client", default="feedback-hub", help="who enters them (default: feedback-hub)")
    cases.add_argument("--token-file", type=Path, help="a file with its access token, of your own OpenID provider")
    cases.add_argument("--url", help="address of the platform (default: the one on SIXCLEAR_HOME)")
    cases.set_defaults(run=commands.import_cases)


def _witness(command: argparse.ArgumentParser) -> None:
    from sixclear.launcher import commands

    named = command.add_subparsers(required=True, metavar="what")
    key = named.add_parser("key", help="make its key once, and print the public half: a line of a log's policy")
    key.add_argument("name", metavar="NAME", help="an address without https://: university.example/witness")
    run = named.add_parser("run", help="serve POST /add-checkpoint (C2SP tlog-witness)")
    run.add_argument("--logs", required=True, type=Path, metavar="FILE", help="a policy; its `log` lines are known")
    _address(run)
    for one, does in ((key, commands.witness_key), (run, commands.witness_run)):
        one.add_argument("--folder", required=True, type=Path, help="where its key and what it saw are kept")
        one.set_defaults(run=does, takes_unknown=True)


def _number(text: str) -> int:
    """A whole number from 1 on that PostgreSQL and JSON hold."""
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 100_000_000:
        raise argparse.ArgumentTypeError("give a whole number from 1 to 100000000")
    return int(text)


def _identity(command: argparse.ArgumentParser) -> None:
    from sixclear.launcher import commands

    named = command.add_subparsers(required=True, metavar="what")
    realm = named.add_parser(
        "keycloak", help="print the realm for Keycloak's import: scopes, and a client for each body"
    )
    realm.add_argument("--body", action="append", default=[], metavar="CODE", help="a commune that gets a client too")
    realm.add_argument(
        "--development", action="store_true", help="one secret for all: SIXCLEAR_DEMO_SECRET of Keycloak"
    )
    realm.set_defaults(run=commands.identity_keycloak)
    _identity_client(
        named.add_parser("client", help="make, renew or revoke a body's client: at your Keycloak, or for make run")
    )


def _identity_client(what: argparse.ArgumentParser) -> None:
    from sixclear.common.issuer.roles import MANDATED
    from sixclear.launcher import commands

    named = what.add_subparsers(required=True, metavar="step")
    for name, meaning in (
        ("add", "make it, and print its secret once"),
        ("renew", "give it a new secret; the one before holds no more"),
        ("revoke", "take it away; tokens that it has end with their life"),
    ):
        command = named.add_parser(name, help=meaning)
        command.add_argument("body", metavar="BODY", help="the body's code: G06, 01, 00004")
        command.add_argument("--role", choices=MANDATED, help="one that reads by a mandate, beside its system")
        if name != "revoke":
            command.add_argument("--secret-file", type=Path, help="write the secret there, for its owner only")
        if name == "add":
            command.add_argument("--name", help="the body's name, for one that was registered later")
            words = "what it reads, with --role: programme:SLUG, group:SLUG/CODE or organisation:CODE; may be repeated"
            command.add_argument("--mandate", action="append", default=[], metavar="WORD", help=words)
        command.set_defaults(run=commands.identity_client, step=name)


def installed_version() -> str:
    """The release of the installed package."""
    return version("sixclear")


def _demo(command: argparse.ArgumentParser) -> None:
    meaning = "load the demonstration when it is missing (default: with all targets and the embedded issuer)"
    command.add_argument("--demo", action=argparse.BooleanOptionalAction, default=None, help=meaning)


def _address(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default=default_host(), help="address to listen on (SIXCLEAR_HOST)")
    command.add_argument("--port", type=int, default=default_port(), help="port to listen on (PORT)")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0, or 1 after a message that says the way out."""
    gc.disable()  # what is imported stays: a collection would walk over it and find nothing
    try:
        options = parser().parse_args(arguments)
        if not getattr(options, "takes_unknown", False):
            refuse_wrong()
        descriptors.raise_limit()
        os.umask(UMASK)
        if not getattr(options, "settles", False):
            gc.enable()
        code = _until_done(options.run(options))
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader of the output, such as `head`, has enough
        _drop_output()
        return 1
    except CannotStart as refused:
        return _refuse(refused)
    except Exception as error:
        if (refusal := full_disk(error)) is None:
            raise
        _drop_output()
        return _refuse(refusal)
    finally:
        gc.enable()


def _refuse(refused: CannotStart) -> int:
    with suppress(OSError):  # standard error may be on the disk that is full
        print(f"{refused.reason}\n{refused.way_out}", file=sys.stderr, flush=True)
    return 1


def _drop_output() -> None:
    """What is still buffered must not fail again at the end."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _until_done(work: Coroutine[Any, Any, int]) -> int:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


if __name__ == "__main__":
    sys.exit(main())
