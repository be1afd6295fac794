"""`sixclear run`: one process with the chosen targets behind one port, from the first lock to the last connection."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from prometheus_client import REGISTRY
from starlette.types import ASGIApp

from sixclear.common.auth.own_token import OwnToken
from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.bus.protocol import Bus
from sixclear.common.clock import utc_now
from sixclear.common.events.log import EventLog
from sixclear.common.logging import configure_logging
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.runtime.postgres_server import PostgresServer
from sixclear.common.runtime.supervisor import ShowsStreams, Supervisor
from sixclear.common.runtime.target import Check, RefusesWithPages, Runtime, Target
from sixclear.common.settings import CommonSettings
from sixclear.common.telemetry import KeepsSpans, SpanSwitch, Telemetry, configure_telemetry
from sixclear.common.web.hot_front import hot_routes_of
from sixclear.common.web.visitor import VisitorEdge
from sixclear.launcher.banner import banner
from sixclear.launcher.brokers import make_bus, with_relay
from sixclear.launcher.build_info import tell_build
from sixclear.launcher.data_folder import Announcement, DataFolder
from sixclear.launcher.databases import database_variable, embedded_server, without_database
from sixclear.launcher.full_disk import DiskWatch
from sixclear.launcher.http_clients import HttpClients
from sixclear.launcher.identity import IssuerTarget
from sixclear.launcher.keeping import kept_up, kill_held, stop_held
from sixclear.launcher.options import RunOptions, common_settings, embeds_issuer, local_url
from sixclear.launcher.rate_limits import RateLimits
from sixclear.launcher.registry import SERVICES, Service, chosen
from sixclear.launcher.router import PROBES, Router, process_app
from sixclear.launcher.server import HttpServer, bind, seats_of
from sixclear.launcher.shedding import Lanes, Shedding
from sixclear.launcher.signals import Signals, Stopped, stop_with_parent
from sixclear.launcher.start_rules import require_introspection, require_sources
from sixclear.launcher.stream_metrics import StreamCollector
from sixclear.launcher.stream_reports import StreamReports, require_whole_client

_READY_SECONDS = 60.0
_TELEMETRY_STOP_SECONDS = 1.0
_BUS_STOP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Process:
    """A running process: its settings, its targets, its server."""

    settings: CommonSettings
    supervisor: Supervisor
    server: HttpServer


@asynccontextmanager
async def process(options: RunOptions, signals: Signals, say: Callable[[str], None]) -> AsyncIterator[Process]:
    """Everything that `options` name, up and ready; on leaving all of it is stopped, the server first.

    Raises `CannotStart` with a way out, or `Stopped` when a signal comes before it is up.
    """
    services = [] if options.target == "issuer" else chosen(options.target)
    async with AsyncExitStack() as stack:
        settings = common_settings(options.host, options.port)
        issues = embeds_issuer(settings, options.target)
        require_sources(settings, services)
        require_whole_client(settings)
        require_introspection(settings, services)
        # Before the port: a second instance should hear of the first one, not of a port that something uses.
        folder = _claim(settings, stack) if issues or without_database(services) else None
        listener = bind(options.host, options.port)
        stack.callback(listener.close)
        settings = common_settings(options.host, listener.getsockname()[1])
        _start_logging(settings, services)
        gc.disable()  # what is loaded now stays; a collection would walk over it and find nothing
        stack.callback(gc.enable)
        await _start_database(settings, services, folder, stack, signals, say)
        token = _own_token(settings, services, stack)
        supervisor, app, shedding = await _assemble(
            settings, services, token, stack, signals, issues=issues, disk=_disk(folder)
        )
        edge = VisitorEdge(app, settings.trusted_networks, settings.tracers)
        server = HttpServer(edge, listener, seats_of(settings), shedding)
        await server.start()
        stack.push_async_callback(_stop_serving, supervisor, server, signals)
        await signals.unless_stopped(until_ready(supervisor))
        _report_streams(settings, supervisor, token, stack)
        _settle_memory()
        if folder is not None:
            folder.announce(Announcement(local_url(options.host, server.port), settings.issuer, {}))
        yield Process(settings, supervisor, server)


def _claim(settings: CommonSettings, stack: AsyncExitStack) -> DataFolder:
    folder = DataFolder(settings.home)
    folder.claim()
    stack.callback(folder.release)
    return folder


async def _start_database(
    settings: CommonSettings,
    services: Sequence[Service],
    folder: DataFolder | None,
    stack: AsyncExitStack,
    signals: Signals,
    say: Callable[[str], None],
) -> None:
    missing = without_database(services)
    if not missing or folder is None:
        await _load(services)
        return
    server = embedded_server(settings)
    stack.push_async_callback(stop_held, server, folder)
    signals.on_force = partial(kill_held, server, folder)
    # The server starts in processes of its own, and importing takes longer than it does.
    await signals.unless_stopped(_both(server.start(), _load(services)))
    await stack.enter_async_context(kept_up("PostgreSQL", server.running, server.start, say, folder.held))
    stack.callback(_give_addresses(server, missing))


async def _load(services: Sequence[Service]) -> None:
    for service in services:
        service.load()
        await asyncio.sleep(0)


async def _both(one: Coroutine[Any, Any, None], other: Coroutine[Any, Any, None]) -> None:
    await asyncio.gather(one, other)


def _give_addresses(server: PostgresServer, services: Sequence[Service]) -> Callable[[], None]:
    """Tell `services` where their databases are; the returned function takes it back."""
    for service in services:
        os.environ[database_variable(service)] = server.url(service.database)

    def take_back() -> None:
        for service in services:
            os.environ.pop(database_variable(service), None)

    return take_back


def _own_token(settings: CommonSettings, services: Sequence[Service], stack: AsyncExitStack) -> OwnToken:
    """The token of this process; asked for where it has something to tell and somebody to tell it to."""
    token = OwnToken(settings)
    if services and settings.streams_url is not None:
        token.start()
        stack.push_async_callback(token.stop)
    return token


def _report_streams(settings: CommonSettings, supervisor: Supervisor, token: OwnToken, stack: AsyncExitStack) -> None:
    """Tell monitoring of the streams here; where it runs here too, it knows them by itself."""
    if not any(isinstance(target, ShowsStreams) for target in supervisor.targets):
        reports = StreamReports(settings, supervisor.streams, token)
        reports.start()
        stack.push_async_callback(reports.stop)


async def _assemble(
    settings: CommonSettings,
    services: Sequence[Service],
    token: OwnToken,
    stack: AsyncExitStack,
    signals: Signals,
    *,
    issues: bool,
    disk: Callable[[], Sequence[Check]],
) -> tuple[Supervisor, ASGIApp, Shedding | None]:
    switch, apps = SpanSwitch(), dict[str, ASGIApp]()
    telemetries = [configure_telemetry(service.name, settings, switch, token=token) for service in services]
    stack.push_async_callback(_shut_down, telemetries)
    issuer = IssuerTarget(settings, utc_now) if issues else None
    logs: dict[str, EventLog] = {}
    bus = make_bus(settings, logs, used=any(service.has_database for service in services))
    stack.push_async_callback(_close_bus, bus)
    names = frozenset(service.name for service in services)
    http = HttpClients(apps, names, settings.public_url)
    if "portal" in names:
        http.require([service for service in SERVICES if service.has_database])
    runtime = Runtime(
        settings=settings,
        clock=utc_now,
        bus=bus,
        verifier=TokenVerifier.from_settings(settings, utc_now),
        http=http,
        span_sink=switch,
    )
    targets: list[Target] = [issuer] if issuer is not None else []
    targets += [service.create_target(runtime) for service in services]
    for target in targets:
        apps[target.name] = target.app
        if target.event_log is not None:
            logs[target.name] = target.event_log
        if isinstance(target, KeepsSpans):
            switch.connect(target.span_sink)
    supervisor = Supervisor([with_relay(target, settings) for target in targets])
    for target in targets:
        if isinstance(target, ShowsStreams):
            target.process_streams = supervisor.streams
    collector = StreamCollector(supervisor.streams)
    REGISTRY.register(collector)
    tell_build(services)
    stack.callback(REGISTRY.unregister, collector)
    stack.push_async_callback(supervisor.stop)
    gc.freeze()
    gc.enable()
    await signals.unless_stopped(supervisor.start())
    router = Router(_mounts(targets, lambda: [*supervisor.checks(), *disk()]), signals.stopping)
    return supervisor, _limited(router, targets, runtime), _shedding(router, targets, settings.requests_at_once)


def _limited(router: Router, targets: Sequence[Target], runtime: Runtime) -> ASGIApp:
    settings = runtime.settings
    if not settings.requests_per_minute:
        return router
    return RateLimits(
        router,
        runtime.verifier,
        settings.trusted_networks,
        settings.requests_per_minute / settings.replicas,
        is_free=router.is_free,
        app_of=router.app_of,
        with_pages=frozenset(target.app for target in targets if isinstance(target, RefusesWithPages)),
    )


def _shedding(router: Router, targets: Sequence[Target], most: int) -> Shedding | None:
    """The lanes of the services, each its own: one whose database is stuck refuses nothing of the others."""
    if not most:
        return None
    lanes = {
        target.app: Lanes.of(
            target.name, most, hot_routes_of(target.app), waits_for_others=isinstance(target, RefusesWithPages)
        )
        for target in targets
        if not isinstance(target, IssuerTarget)
    }
    return Shedding(lanes, router.app_of, lambda path: router.is_free(path) or router.is_stream(path))


async def _shut_down(telemetries: Sequence[Telemetry]) -> None:
    await asyncio.gather(*(telemetry.shutdown(_TELEMETRY_STOP_SECONDS) for telemetry in telemetries))


async def _close_bus(bus: Bus) -> None:
    with suppress(TimeoutError):  # its subscriptions were stopped before, each with a deadline of its own
        await asyncio.wait_for(bus.close(), _BUS_STOP_SECONDS)


def _disk(folder: DataFolder | None) -> Callable[[], Sequence[Check]]:
    """What is said of the data folder's disk; nothing where this process stores nothing there."""
    return list if folder is None else DiskWatch(folder.path).checks


def _mounts(targets: Sequence[Target], checks: Callable[[], Sequence[Check]]) -> dict[str, ASGIApp]:
    root = process_app(checks)
    mounts: dict[str, ASGIApp] = dict.fromkeys(PROBES, root)
    return mounts | {prefix: target.app for target in targets for prefix in target.prefixes}


async def serve(options: RunOptions, say: Callable[[str], None]) -> int:
    """Run until a signal comes; the exit code."""
    with Signals(say) as signals:
        await stop_with_parent(signals)
        try:
            async with process(options, signals, say) as running:
                if options.loads_demo(running.settings):
                    address = local_url(options.host, running.server.port)
                    await signals.unless_stopped(_load_demo(running.settings, address, say))
                for line in banner(running.settings, options):
                    say(line)
                await signals.until_stopping(running.server.ended())
                asked_to_stop = signals.stopping.is_set()
        except Stopped:
            return 0
    return 0 if asked_to_stop else 1


async def _load_demo(settings: CommonSettings, address: str, say: Callable[[str], None]) -> None:
    # An image of one service lacks the code of those that the demonstration speaks of.
    from sixclear.launcher.demonstration import api_client, ensure_demo

    async with api_client(address) as client:
        await ensure_demo(settings, client, say)


def _start_logging(settings: CommonSettings, services: Sequence[Service]) -> None:
    """On a terminal: a quiet console and a log file; in a container: lines on standard output."""
    embedded = len(services) == len(SERVICES) and bool(without_database(services))
    configure_logging(settings, file=settings.home / "logs" / "sixclear.log" if embedded else None)


async def until_ready(supervisor: Supervisor, deadline_seconds: float = _READY_SECONDS) -> None:
    """Wait until every check holds; raises CannotStart with those that do not."""
    give_up = asyncio.get_running_loop().time() + deadline_seconds
    while not_ready := [check for check in supervisor.checks() if check.holds_back]:
        if asyncio.get_running_loop().time() > give_up:
            raise CannotStart(
                f"Not ready after {deadline_seconds:.0f} s: "
                + "; ".join(f"{check.name} ({check.detail})" for check in not_ready)
                + ".",
                "The log says more; see whether the servers that the settings name run and can be reached.",
            )
        await asyncio.sleep(0.02)


async def _stop_serving(supervisor: Supervisor, server: HttpServer, signals: Signals) -> None:
    signals.stopping.set()
    await supervisor.close_streams()
    await server.stop()


def _settle_memory() -> None:
    """What exists now lives as long as the process; a collection need not walk over it (p99 falls by a half).

    What was imported is frozen already, with 3,000 objects that are garbage; to find those would take 0.2 s.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
