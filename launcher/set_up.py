"""Makes the virtual environment and installs a lock file into it: `python3 set_up.py .venv requirements.lock`.

Runs on any Python from 3.6 on, also on one that is too old for the product, to say so; only the standard library is
there.
"""
# ruff: noqa: S603  (programs and arguments come from the Makefile)

import os
import subprocess
import sys
import tempfile

NEEDED = (3, 11)


def obstacle(version: "tuple[int, ...]", modules: "list[str]") -> "str | None":
    """Why this Python will not do, with the way out; None when it will. `modules` are those it can import."""
    if tuple(version[:2]) < NEEDED:
        return (
            f"Sixclear needs Python {NEEDED[0]}.{NEEDED[1]} or newer; this is Python {version[0]}.{version[1]}. "
            "Install a newer one, or name it: make PYTHON=/path/to/python3.11 run"
        )
    if "venv" not in modules or "ensurepip" not in modules:
        return (
            "This Python cannot make virtual environments. Install its venv module: apt-get install python3-venv "
            "(Debian, Ubuntu), or name another Python: make PYTHON=/path/to/python3.11 run"
        )
    return None


def importable(names: "list[str]") -> "list[str]":
    """Those of `names` that can be imported."""
    found = []
    for name in names:
        try:
            __import__(name)
            found.append(name)
        except ImportError:
            continue
    return found


def require_writable(folder: str) -> None:
    """Raises OSError for a folder in which nothing can be made; venv and pip would not say it in one line."""
    with tempfile.TemporaryFile(dir=folder):
        pass


def install(folder: str, lock: str) -> None:
    """Make the environment when it is missing and bring it to `lock`; every file is checked against its hash."""
    require_writable(os.path.dirname(os.path.abspath(folder)))
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(python):
        print(f"Making the virtual environment {folder}")
        subprocess.check_call([sys.executable, "-m", "venv", folder])
    print(f"Installing {lock} (once)")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    subprocess.check_call([*pip, "--require-hashes", "--requirement", lock])
    subprocess.check_call([*pip, "--no-build-isolation", "--no-deps", "--editable", "."])
    # As pip does for what it installs: where PYTHONDONTWRITEBYTECODE is set, every start would compile our files again.
    subprocess.check_call([python, "-m", "compileall", "-q", "libs", "launcher", "services"])


def main(arguments: "list[str]") -> int:
    """0, or 1 after a message on standard error."""
    problem = obstacle(tuple(sys.version_info[:3]), importable(["venv", "ensurepip"]))
    if problem is None:
        try:
            install(*arguments)
            return 0
        except subprocess.CalledProcessError as error:
            problem = f"The set-up failed ({error}). With a network connection, try again: make clean, then make run"
        except OSError as error:
            problem = (
                f"The project's folder cannot be written: {error}. Copy it to a folder of your own, or give yourself "
                "the right to write there"
            )
    sys.stderr.write(problem + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
