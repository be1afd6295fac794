"""`make new-entity` and `make new-service` write code that passes what all code passes."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("launcher", *(f"{kind}/{path.name}" for kind in ("libs", "services") for path in (ROOT / kind).iterdir()))
SERVICE, ENTITY, SECOND = "lent-books", "lent-book", "reader"


class Copy:
    """The project in a folder of its own, with an environment that imports the copy and nothing of this checkout."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "copy"
        self.bin = self.root / ".venv" / "bin"

    def make(self) -> None:
        """Copy what git would: tracked files and new ones, as they are now."""
        listing = _run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
        for name in filter(None, listing.split("\0")):
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                (self.root / name).write_bytes((ROOT / name).read_bytes())
        _run(self.root, "git", "init", "--quiet")
        # Contracts are compared with those of the last release, which the history of this checkout holds.
        objects = _run(ROOT, "git", "rev-parse", "--path-format=absolute", "--git-path", "objects")
        (self.root / ".git/objects/info/alternates").write_text(objects)
        venv.create(self.root / ".venv")
        self._borrow_programs()
        sources = [str(self.root / name / "src") for name in (*SOURCES, f"services/{SERVICE}")]
        packages = next((self.root / ".venv" / "lib").iterdir()) / "site-packages"
        ours = [path for path in sys.path if path.endswith("site-packages")]
        (packages / "copy.pth").write_text("\n".join([*sources, *ours]) + "\n")
        for stamp in ("run", "dev"):
            (self.root / ".venv" / f".installed-{stamp}").touch()

    def _borrow_programs(self) -> None:
        for program in Path(sys.executable).parent.iterdir():
            own = self.bin / program.name
            if own.exists() or program.is_dir():
                continue
            first, _, rest = program.read_bytes().partition(b"\n")
            if first.startswith(b"#!") and b"python" in first:
                own.write_bytes(f"#!{self.bin / 'python'}\n".encode() + rest)
                own.chmod(0o755)
            else:
                own.symlink_to(program)

    def write(self, *words: str) -> str:
        """Run the program that `make new-entity` and `make new-service` run; git then knows what it wrote."""
        said = self.python("launcher/new.py", *words)
        _run(self.root, "git", "add", "--all")
        return said

    def python(self, *words: str) -> str:
        """Run Python in the copy; it must succeed. Returns what it prints."""
        return _run(self.root, str(self.bin / "python"), *words)


def _run(folder: Path, *words: str) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
    return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """The project with a new service and a new entity in an old one, beside this checkout."""
    made = Copy(tmp_path)
    made.make()
    assert "Left to do by hand" in made.write("service", SERVICE, "--entity", ENTITY)
    assert "Left to do by hand" in made.write("entity", "data-catalog", SECOND)
    return made


def test_what_is_written_is_linted_imported_and_in_shape(copy: Copy) -> None:
    copy.python("-m", "ruff", "check", ".")
    copy.python("-m", "ruff", "format", "--check", ".")
    copy.python("-c", "import sixclear.lent_books.target, sixclear.data_catalog.reader.routes")
    shape = ("test_service_shape.py", "test_layers.py", "test_problems.py")
    copy.python("-m", "pytest", "-q", "-n", "0", *(f"tests/contract/{name}" for name in shape))


def test_what_is_written_passes_its_own_tests_and_those_of_access(copy: Copy) -> None:
    copy.python("-m", "pytest", "-q", "-n", "0", "tests/integration/lent_books", "tests/contract/test_access_rules.py")


@pytest.mark.parametrize("name", ["class", "events", "target", "order", "migrations", "task", "../../x", "Two Words"])
def test_a_name_that_does_not_fit_is_refused_before_anything_is_written(name: str) -> None:
    before = _run(ROOT, "git", "status", "--porcelain")
    refused = subprocess.run(
        [sys.executable, "launcher/new.py", "entity", "tasks", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("Stopped: ")
    assert _run(ROOT, "git", "status", "--porcelain") == before


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    made = Copy(tmp_path)
    made.make()
    own = made.root / "services/tasks/contracts/examples/pledge.renamed.json"
    own.write_text("mine")
    refused = subprocess.run(
        [str(made.bin / "python"), "launcher/new.py", "entity", "tasks", "pledge"],
        cwd=made.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "pledge.renamed.json is there already" in refused.stderr
    assert own.read_text() == "mine"
    assert not (made.root / "services/tasks/src/sixclear/tasks/pledge").exists()


@pytest.mark.long
def test_what_is_written_passes_the_whole_check(copy: Copy) -> None:
    # The copy's environment is newer than the lock files by decree: nothing is installed into the one it borrows.
    _run(copy.root, "make", "--assume-old=.venv/.installed-dev", "check")
