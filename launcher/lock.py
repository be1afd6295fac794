"""Resolves `pyproject.toml` into the lock files: every platform, every hash, no index address."""
# ruff: noqa: S603  (our own programs and arguments)

import subprocess
import sys
import tempfile
from pathlib import Path

LOCKS = {
    "requirements.lock": ["build"],
    "requirements-dev.lock": ["build", "dev"],
    "requirements-bench.lock": ["build", "dev", "bench"],
}
# Benchmarks are installed over what tests are installed with: what both need is the same.
SAME_AS = {"requirements-bench.lock": "requirements-dev.lock"}


def main() -> None:
    """Write each file; what is locked already stays where it still fits, unless `--upgrade` is given."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.check_call([sys.executable, "-m", "venv", folder])
        programs = Path(folder) / "bin"
        subprocess.check_call([programs / "python", "-m", "pip", "install", "--quiet", "uv"])
        for lock, extras in LOCKS.items():
            command = [str(programs / "uv"), "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
            command += ["--no-header", "--no-emit-index-url", "--python-version=3.11", "--output-file", lock]
            command += [f"--extra={extra}" for extra in extras]
            command += [f"--constraint={SAME_AS[lock]}"] if lock in SAME_AS else []
            subprocess.check_call([*command, *sys.argv[1:], "pyproject.toml"])


if __name__ == "__main__":
    main()
