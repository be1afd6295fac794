"""Reads the generated contracts as other people's tools do: Redocly CLI (OpenAPI) and Spectral (OpenAPI, AsyncAPI).

`make check` runs it. The tools are npm packages, pinned with hashes in `tools/contracts/`. What was clean is not read
again until a document, a rule or a tool changes. Without npm, or without a network to install the tools, it prints why
it did nothing; with `CI=true` it fails.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / "tools" / "contracts"
_INSTALLED = TOOLS / "node_modules" / ".installed"
_CLEAN = TOOLS / "node_modules" / ".clean"
# No tool sends figures of its use, asks for a newer one of itself, or runs a script of a package.
_ENVIRONMENT = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_UPDATE_NOTIFIER": "1"}
_LIMIT_SECONDS = 240


class Missing(Exception):
    """A tool is not there and cannot be installed; the text says why."""


def main() -> int:
    """Install what is missing and read every contract; returns 0 when all are clean."""
    documents = sorted(
        path for name in ("openapi", "asyncapi") for path in ROOT.glob(f"services/*/contracts/{name}.json")
    )
    try:
        install()
    except Missing as error:
        print(f"The contracts were not read by Redocly and Spectral: {error}", file=sys.stderr)
        return int(os.environ.get("CI") == "true")
    state = digest([*documents, *(TOOLS / name for name in ("package-lock.json", "spectral.yaml", "redocly.yaml"))])
    if _CLEAN.exists() and _CLEAN.read_text() == state:
        return 0
    failed = [command[0] for command in commands(documents) if not _clean(command)]
    if not failed:
        _CLEAN.write_text(state)
    return int(bool(failed))


def commands(documents: Sequence[Path]) -> Iterator[list[str]]:
    """The command of each tool, with the documents that it reads."""
    names = [str(path) for path in documents]
    rest = [name for name in names if name.endswith("openapi.json")]
    yield [
        "redocly",
        "lint",
        *rest,
        "--config",
        str(TOOLS / "redocly.yaml"),
        "--format",
        "stylish",
        "--max-problems=50",
    ]
    yield ["spectral", "lint", "--fail-severity", "hint", "-r", str(TOOLS / "spectral.yaml"), *names]


def install() -> None:
    """Install the pinned packages where they are not installed yet. Raises Missing."""
    lock = digest([TOOLS / "package-lock.json"])
    if _INSTALLED.exists() and _INSTALLED.read_text() == lock:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise Missing("npm is missing (Debian: nodejs and npm).")
    print("Installing tools/contracts (once)", file=sys.stderr)
    words = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    done = subprocess.run(words, cwd=TOOLS, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Missing(f"npm could not install them: {done.stderr.strip()[-500:]}")
    _INSTALLED.write_text(lock)


def program(name: str) -> str:
    """The path of an installed tool."""
    return str(TOOLS / "node_modules" / ".bin" / name)


def digest(paths: Sequence[Path]) -> str:
    """A hash of names and contents."""
    found = hashlib.sha256()
    for path in paths:
        found.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()


def _clean(command: Sequence[str]) -> bool:
    """Run a tool; prints what it says unless it found nothing, a warning included."""
    done = subprocess.run(  # noqa: S603
        [program(command[0]), *command[1:]],
        cwd=ROOT,
        env=os.environ | _ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=_LIMIT_SECONDS,
        check=False,
    )
    said = done.stdout + done.stderr
    clean = done.returncode == 0 and " warning " not in said
    if not clean:
        print(said, file=sys.stderr)
    return clean


if __name__ == "__main__":
    sys.exit(main())
