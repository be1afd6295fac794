"""`sixclear cluster`: the product as it runs in a cluster, on this machine and without containers.

Embedded PostgreSQL, a real Apache Kafka, the issuer, and one process per service on a port of its own: the portal on
PORT, the others behind it. There is no ingress, so each service is reached at its own address, also by browsers.
"""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import psutil

from sixclear.common.clock import utc_now
from sixclear.common.issuer.app import TOKEN_PATH
from sixclear.common.issuer.clients import get_client
from sixclear.common.logging import configure_logging
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.runtime.kafka_server import KafkaServer, KafkaUnavailable
from sixclear.common.settings import CommonSettings
from sixclear.launcher.banner import accounts
from sixclear.launcher.child import Child
from sixclear.launcher.data_folder import Announcement, DataFolder
from sixclear.launcher.databases import database_variable, embedded_server, without_database
from sixclear.launcher.demonstration import api_client, ensure_demo
from sixclear.launcher.identity import IssuerTarget
from sixclear.launcher.keeping import kept_up, kill_held, stop_held
from sixclear.launcher.options import RunOptions, common_settings, embeds_issuer, local_url
from sixclear.launcher.registry import SERVICES
from sixclear.launcher.router import PROBES, Router, process_app
from sixclear.launcher.server import HttpServer, bind, seats_of
from sixclear.launcher.signals import Signals, Stopped
from sixclear.launcher.stream_reports import require_whole_client

_READY_SECONDS = 120.0
_PROCESSES = "processes"


async def serve(options: RunOptions, say: Callable[[str], None]) -> int:
    """Run until a signal comes; the exit code."""
    settings = common_settings(options.host, options.port)
    require_whole_client(settings)
    with Signals(say) as signals:
        try:
            async with AsyncExitStack() as stack:
                addresses, environment = await _start(options, settings, stack, signals, say)
                for line in _banner(settings, addresses, environment["SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS"]):
                    say(line)
                await signals.stopping.wait()
        except Stopped:
            pass
    return 0


async def _start(
    options: RunOptions, settings: CommonSettings, stack: AsyncExitStack, signals: Signals, say: Callable[[str], None]
) -> tuple[dict[str, str], dict[str, str]]:
    """Everything up, ready, and loaded if asked; the address of each service and issuer, and what the services know."""
    ports = _ports(options)
    addresses = {name: local_url(options.host, port) for name, port in ports.items()}
    settings = settings.model_copy(update={"issuer_url": addresses["issuer"], "kafka_bootstrap_servers": None})
    embeds_issuer(settings, "issuer")
    for port in ports.values():
        bind(options.host, port).close()
    folder = DataFolder(settings.home)
    folder.claim()
    stack.callback(folder.release)
    configure_logging(settings, file=settings.home / "logs" / "cluster.log")
    environment = await _servers(settings, folder, stack, signals, say)
    await _serve_issuer(settings, options.host, ports["issuer"], stack)
    environment |= _environment(settings, addresses)
    children = [
        Child(name, options.host, port, environment, settings.home / "logs" / f"{name}.log")
        for name, port in ports.items()
        if name != "issuer"
    ]
    stack.push_async_callback(_stop_all, children)
    for child in children:
        _on_force(signals, child.kill)
    say("Starting " + ", ".join(child.name for child in children))
    await asyncio.gather(*(child.start(say) for child in children))
    await signals.unless_stopped(_until_ready(children, addresses))
    apis = {service.prefix: addresses[service.name] for service in SERVICES if service.has_database}
    folder.announce(Announcement(addresses["portal"], addresses["issuer"], apis))
    # The cluster's issuer is the embedded one, at an address of its own.
    own = settings.model_copy(update={"issuer_url": None, "jwks_url": None, "public_url": addresses["issuer"]})
    if options.loads_demo(own):
        async with api_client(addresses["portal"], apis) as client:
            await signals.unless_stopped(ensure_demo(own, client, say))
    return addresses, environment


async def _until_ready(children: list[Child], addresses: Mapping[str, str]) -> None:
    await asyncio.gather(*(child.until_ready(addresses[child.name], _READY_SECONDS) for child in children))


def _ports(options: RunOptions) -> dict[str, int]:
    """The portal on the given port, where people look first; the others and the issuer on those that follow."""
    names = ["portal", *(service.name for service in SERVICES if service.has_database), "issuer"]
    return {name: options.port + offset for offset, name in enumerate(names)}


async def _servers(
    settings: CommonSettings, folder: DataFolder, stack: AsyncExitStack, signals: Signals, say: Callable[[str], None]
) -> dict[str, str]:
    """Start PostgreSQL and Kafka unless they are given by address; the variables that name them."""
    environment: dict[str, str] = {}
    missing = without_database(SERVICES)
    if missing:
        postgres = embedded_server(settings)
        stack.push_async_callback(stop_held, postgres, folder)
        _on_force(signals, partial(kill_held, postgres, folder))
        await signals.unless_stopped(postgres.start())
        await stack.enter_async_context(kept_up("PostgreSQL", postgres.running, postgres.start, say, folder.held))
        environment |= {database_variable(service): postgres.url(service.database) for service in missing}
    brokers = os.environ.get("SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS")
    if not brokers:
        say("Starting Apache Kafka")
        await asyncio.to_thread(_end_left_broker, settings.home / "kafka")
        kafka = KafkaServer(settings.home / "kafka")
        stack.push_async_callback(asyncio.to_thread, kafka.stop, 5.0)
        _on_force(signals, kafka.kill)
        try:
            await signals.unless_stopped(asyncio.to_thread(kafka.start))
        except KafkaUnavailable as error:
            raise CannotStart(
                str(error), "Or name a broker: SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS=host:port make cluster"
            ) from error
        start = partial(asyncio.to_thread, kafka.start)
        await stack.enter_async_context(kept_up("Apache Kafka", kafka.running, start, say, folder.held))
        brokers = kafka.bootstrap_servers
    return environment | {"SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS": brokers}


def _end_left_broker(folder: Path) -> None:
    """End the broker that a killed process left behind on `folder`; it would hold the log's lock."""
    properties = str(folder.resolve() / "server.properties")
    ours = {"kafka.Kafka", properties}  # an editor that shows the file is none
    left = [process for process in psutil.process_iter(["cmdline"]) if ours <= set(process.info["cmdline"] or [])]
    for process in left:
        process.terminate()
    _, stuck = psutil.wait_procs(left, timeout=10)
    for process in stuck:
        process.kill()


async def _serve_issuer(settings: CommonSettings, host: str, port: int, stack: AsyncExitStack) -> None:
    issuer = IssuerTarget(settings, utc_now)
    root = process_app(issuer.checks)
    mounts = dict.fromkeys(issuer.prefixes, issuer.app) | dict.fromkeys(PROBES, root)
    server = HttpServer(Router(mounts), bind(host, port), seats_of(settings))
    await server.start()
    stack.push_async_callback(server.stop)


def _environment(settings: CommonSettings, addresses: Mapping[str, str]) -> dict[str, str]:
    """What every service is told."""
    return {
        "SIXCLEAR_HOME": str(settings.home),
        "SIXCLEAR_PUBLIC_URL": addresses["portal"],
        # There is no gateway: whatever runs on this machine could join our traces.
        "SIXCLEAR_TRUSTED_TRACERS": "127.0.0.1,::1",
        "SIXCLEAR_ISSUER_URL": addresses["issuer"],
        "SIXCLEAR_JWKS_URL": f"{addresses['issuer']}/.well-known/jwks.json",
        "SIXCLEAR_PORTAL_STREAM_URL": f"{addresses['monitoring']}/api/monitoring/v1/stream",
        **{f"{service.variable}_URL": addresses[service.name] for service in SERVICES},
        **_reports(settings, addresses),
        **_trace_export(addresses["monitoring"]),
    }


def _reports(settings: CommonSettings, addresses: Mapping[str, str]) -> dict[str, str]:
    """How each process gets a token of its own, and tells monitoring how its streams are."""
    found = {
        "SIXCLEAR_STREAMS_URL": f"{addresses['monitoring']}/api/monitoring/v1/streams",
        "SIXCLEAR_TOKEN_URL": addresses["issuer"] + TOKEN_PATH,
    }
    if settings.client_id is None:  # else the children find it where this process did
        client = get_client(settings.home, _PROCESSES)
        found |= {"SIXCLEAR_CLIENT_ID": client.client_id, "SIXCLEAR_CLIENT_SECRET": client.secret}
    return found


def _trace_export(monitoring: str) -> dict[str, str]:
    """Spans go to monitoring's pages, unless a collector is named."""
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        return {}
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"{monitoring}/api/monitoring/v1/otlp",
        "OTEL_BSP_SCHEDULE_DELAY": "500",
    }


async def _stop_all(children: list[Child]) -> None:
    await asyncio.gather(*(child.stop() for child in children))


def _on_force(signals: Signals, kill: Callable[[], None]) -> None:
    """Have `kill` called first when a second signal comes, then what was to be called before."""
    before = signals.on_force

    def force() -> None:
        kill()
        before()

    signals.on_force = force


def _banner(settings: CommonSettings, addresses: Mapping[str, str], kafka: str) -> Iterator[str]:
    yield ""
    yield "Sixclear is ready: a cluster of one process per service"
    yield ""
    yield f"  {'Portal':<22}{addresses['portal']}/"
    for service in SERVICES:
        if service.has_database:
            yield f"  {service.name.capitalize():<22}{addresses[service.name]}{service.prefix}/v1/docs"
    yield f"  {'Traces and streams':<22}{addresses['monitoring']}/api/monitoring/v1/operations/traces"
    yield f"  {'Issuer':<22}{addresses['issuer']}"
    yield f"  {'Apache Kafka':<22}{kafka}"
    yield f"  {'':<22}kcat -C -b {kafka} -t sixclear.tasks.task.v1 -o beginning -e"
    yield f"  {'Logs':<22}{settings.home / 'logs'}"
    yield from accounts()
    yield ""
    yield "Ctrl-C stops everything; the data stay."
