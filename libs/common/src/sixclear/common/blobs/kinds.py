"""What kind of file came, from its content: a closed list of documents and pictures that open without running anything.

A library that guesses takes every ZIP archive for a text document, and a script for whatever its name says. Here a kind
is what proves itself; everything else is refused.
"""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
# More names than any document has; a directory of a million entries would be read whole.
_MOST_ENTRIES = 20_000
# The list of its entries is read whole before they can be counted.
_MOST_DIRECTORY = 2 * 1024 * 1024
_MOST_TYPES = 1024 * 1024
# An archive that unpacks to more than this is no document of a task.
_MOST_UNPACKED = 1024 * 1024 * 1024
HEAD = 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type, and the endings that its names have."""

    media_type: str
    endings: tuple[str, ...]
    picture: bool = False


PDF = Kind("application/pdf", ("pdf",))
PNG = Kind("image/png", ("png",), picture=True)
JPEG = Kind("image/jpeg", ("jpg", "jpeg"), picture=True)
WEBP = Kind("image/webp", ("webp",), picture=True)
DOCX = Kind(f"{_OFFICE}wordprocessingml.document", ("docx",))
XLSX = Kind(f"{_OFFICE}spreadsheetml.sheet", ("xlsx",))
PPTX = Kind(f"{_OFFICE}presentationml.presentation", ("pptx",))
ODT = Kind(f"{_OPEN}text", ("odt",))
ODS = Kind(f"{_OPEN}spreadsheet", ("ods",))
ODP = Kind(f"{_OPEN}presentation", ("odp",))
KINDS = (PDF, PNG, JPEG, WEBP, DOCX, XLSX, PPTX, ODT, ODS, ODP)

# The part that makes an archive a document of Office Open XML (ECMA-376, part 1).
_TYPES = "[Content_Types].xml"
_MAIN_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
_OPEN_KINDS = {kind.media_type: kind for kind in (ODT, ODS, ODP)}
_RUNS = ("vbaproject.bin", "basic/", "scripts/", "activex/")
# A part may have any name; what runs is known by its type. No writer needs entities to name a type.
_RUNNING_TYPES = (b"macroenabled", b"vbaproject", b"macrosheet", b"activex", b"&#", b"<!doctype")


class MacrosFound(Exception):
    """The document is of a kind that is taken, and has macros or other parts that run."""


def _opens_otherwise(before: bytes) -> bool:
    return b"<" in before or b"\0" in before or before.startswith((b"PK", b"MZ", b"#!"))


_SIGNATURES: tuple[tuple[Callable[[bytes], bool], Kind], ...] = (
    # Writers may put something before the header; readers look for it in the first kilobyte (ISO 32000-1, annex H).
    # What they put there is text for a printer or of a mail: no page, no script, no program.
    (lambda head: b"%PDF-" in head and not _opens_otherwise(head.partition(b"%PDF-")[0]), PDF),
    (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), PNG),
    (lambda head: head.startswith(b"\xff\xd8\xff"), JPEG),
    (lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP", WEBP),
)


def kind_of(file: IO[bytes]) -> Kind | None:
    """The kind that the content proves, None for any other.

    Raises MacrosFound for a document that has macros, or whose parts may run otherwise. Reads the first kilobyte, and
    of an archive its directory. `file` can seek.
    """
    head = file.read(HEAD)
    found = next((kind for fits, kind in _SIGNATURES if fits(head)), None)
    return found or (_archive(file) if head.startswith(b"PK\x03\x04") else None)


def fits_name(kind: Kind, name: str) -> bool:
    """Whether a file of this kind may have this name; one without an ending may have any kind."""
    _, dot, ending = name.rpartition(".")
    return not dot or ending.lower() in kind.endings


def endings_of(named: str) -> frozenset[str]:
    """The endings of kinds that a setting names, as `pdf,jpg`; raises ValueError for one that is not known."""
    endings = frozenset(one.strip().lower() for one in named.split(",") if one.strip())
    known = {ending for kind in KINDS for ending in kind.endings}
    if not endings or not endings <= known:
        raise ValueError(f"Name some of: {', '.join(sorted(known))}.")
    return endings


class _Bounded:
    """A file for `zipfile`, which reads the list of entries in one piece of the size that the file claims."""

    def __init__(self, file: IO[bytes]) -> None:
        self.seek, self.tell, self._read = file.seek, file.tell, file.read

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size > _MOST_DIRECTORY:
            raise ValueError("the list of entries is too long")
        return self._read(size)


def _archive(file: IO[bytes]) -> Kind | None:
    try:
        with zipfile.ZipFile(_Bounded(file)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            # Programs differ in which of two parts of one name they open.
            if len({name.lower() for name in names}) < len(entries):
                return None
            if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
                return None
            runs = any(part in name.lower() for name in names for part in _RUNS)
            if _TYPES in names:
                if archive.getinfo(_TYPES).file_size > _MOST_TYPES:
                    return None
                found = next((kind for part, kind in _MAIN_PARTS.items() if part in names), None)
                runs = runs or _says_it_runs(archive)
            else:
                found = _open_document(archive, entries)
            if found is not None and runs:
                raise MacrosFound
            return found
    except MacrosFound:
        raise
    except Exception:  # a packer of the archive raises what it likes, and a store that cannot be read says so later
        return None


def _says_it_runs(archive: zipfile.ZipFile) -> bool:
    """Whether the document says of a part that it runs."""
    types = archive.read(_TYPES).replace(b"\0", b"").lower()
    return any(running in types for running in _RUNNING_TYPES)


def _open_document(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Kind | None:
    """By its first entry, which is stored as it is (OpenDocument 1.3, part 2, 3.3)."""
    first = entries[0] if entries else None
    if first is None or first.filename != "mimetype" or first.file_size > 100:
        return None
    return _OPEN_KINDS.get(archive.read(first).decode("ascii", "replace").strip())
