"""A server on this machine that plays an OpenID provider, well or badly."""

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs

Handler = BaseHTTPRequestHandler


class ProviderServer:
    """`answers` maps a path to what is served there: a JSON value, or a function that writes to the connection."""

    def __init__(self) -> None:
        self.answers: dict[str, Any | Callable[[Handler], None]] = {}
        self.asked: list[tuple[str, dict[str, list[str]], str]] = []
        self.url = ""
        self.ends = Event()
        """Set at the end, so that what drips or hangs stops."""

    @property
    def issuer(self) -> str:
        """The name of its realm."""
        return f"{self.url}/realms/sixclear"

    def describe(self, **changes: Any) -> None:
        """Serve the configuration of the realm, with `changes`."""
        known = {name: f"{self.issuer}/{name}" for name in ("jwks_uri", "token_endpoint", "introspection_endpoint")}
        self.answers["/realms/sixclear/.well-known/openid-configuration"] = {"issuer": self.issuer} | known | changes


@contextmanager
def provider_server(certificate: tuple[Path, Path] | None = None) -> Iterator[ProviderServer]:
    """One on 127.0.0.1 until the end of the block; over TLS with the files of a certificate and of its key."""
    provider = ProviderServer()

    class Served(Handler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            form = parse_qs(self.rfile.read(length).decode())
            provider.asked.append((self.path, form, self.headers.get("Authorization", "")))
            answer = provider.answers.get(self.path)
            if callable(answer):
                answer(self)
            else:
                send(self, json.dumps(answer).encode(), 404 if answer is None else 200)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Served)
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_port}"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        provider.url = f"https://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.ends.set()
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler: Handler, body: bytes, status: int = 200, **headers: str) -> None:
    """A whole answer."""
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
