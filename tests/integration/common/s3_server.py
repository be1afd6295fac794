"""A real server of S3 in front of a folder, built by Go from its source once."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sixclear.common.blobs.store import BlobStore, in_bucket
from sixclear.common.runtime.kafka_server import free_port

_MODULE, _VERSION = "github.com/versity/versitygw/cmd/versitygw", "v1.8.0"


def _built() -> Path:
    folder = Path.home() / ".cache" / "sixclear" / f"versitygw-{_VERSION}"
    program = folder / "versitygw"
    if not program.exists():
        if shutil.which("go") is None:
            if os.environ.get("CI"):
                pytest.fail("no Go: the server of S3 cannot be built")
            pytest.skip("no Go: the server of S3 cannot be built")
        environment = {**os.environ, "GOBIN": str(folder)}
        subprocess.run(["go", "install", f"{_MODULE}@{_VERSION}"], env=environment, check=True)
    return program


@contextmanager
def bucket(folder: Path) -> Iterator[BlobStore]:
    """A store in an empty bucket of a server that keeps its files below `folder`."""
    (folder / "files").mkdir(parents=True)
    port = free_port()
    keys = {"ROOT_ACCESS_KEY": "key", "ROOT_SECRET_KEY": "secret-of-the-test"}
    command = [str(_built()), "--port", f"127.0.0.1:{port}", "posix", str(folder)]
    with (folder.parent / "versitygw.log").open("wb") as log:
        server = subprocess.Popen(command, env={**os.environ, **keys}, stdout=log, stderr=log)
    try:
        # The store tries again until the server listens.
        yield in_bucket(
            "files",
            "tasks",
            endpoint=f"http://127.0.0.1:{port}",
            region="us-east-1",
            key_id=keys["ROOT_ACCESS_KEY"],
            secret=keys["ROOT_SECRET_KEY"],
        )
    finally:
        server.terminate()
        server.wait(10)
