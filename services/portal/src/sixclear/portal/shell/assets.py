"""Static files, read once: their address carries a fingerprint of all of them, so a browser may keep them for ever."""

import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from pathlib import Path

from starlette.responses import Response

from sixclear.portal.shell.packing import packed_file

_SPACE = r"(?:\s|/\*.*?\*/)"
# A text in quotes is matched first, so that nothing inside it is taken for space.
_NEEDLESS = re.compile(
    rf"""("[^"]*")|;?{_SPACE}*(\}}){_SPACE}*|{_SPACE}*([{{;,]){_SPACE}*|(:){_SPACE}+|{_SPACE}+""", re.DOTALL
)
_SHARED = Path(__file__).parent / "static"
_PAGES = Path(__file__).parents[1] / "pages"
_FONT = "font/woff2"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".woff2": _FONT}
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


@dataclass(frozen=True, slots=True)
class _File:
    """A file, and how it was packed, once for each packing. Fonts are compressed already."""

    body: bytes
    media_type: str
    packed: dict[str, bytes] = field(default_factory=dict)

    def packed_as(self, packing: str) -> bytes:
        if packing not in self.packed:
            self.packed[packing] = packed_file(self.body, packing)
        return self.packed[packing]


class Assets:
    """The portal's own static files: those that pages share, and the scripts in the folders of pages."""

    def __init__(self, shared: Path = _SHARED, pages: Path = _PAGES) -> None:
        found = [(shared, path) for path in shared.rglob("*")] + [(pages, path) for path in pages.rglob("*.js")]
        named = {path.relative_to(root).as_posix(): path for root, path in found if path.is_file()}
        self._files = {name: _read(path) for name, path in sorted(named.items())}
        digest = hashlib.sha256()
        for name, file in self._files.items():
            digest.update(name.encode() + b"\0" + file.body)
        self.fingerprint = digest.hexdigest()[:16]

    def url(self, name: str) -> str:
        """The address of a file; KeyError when there is no such file, so that a page cannot name a missing one."""
        self._files[name]
        return f"/static/{self.fingerprint}/{name}"

    def url_of_script(self, folder: str) -> str | None:
        """The address of the script of the page in `folder`, or None when the page has no script."""
        name = f"{folder}/page.js"
        return self.url(name) if name in self._files else None

    def answer(self, fingerprint: str, name: str, packing: str | None) -> Response | None:
        """The file, packed with one of `FOR_FILES` unless it is a font, or None.

        Another fingerprint, from a page of an older version, gets today's file uncached.
        """
        file = self._files.get(name)
        if file is None:
            return None
        headers = {
            "Cache-Control": _FOR_EVER if fingerprint == self.fingerprint else _ASK_AGAIN,
            "Vary": "Accept-Encoding",
        }
        if packing is not None and file.media_type != _FONT:
            packed = {**headers, "Content-Encoding": packing}
            return Response(file.packed_as(packing), headers=packed, media_type=file.media_type)
        return Response(file.body, headers=headers, media_type=file.media_type)


def _read(path: Path) -> _File:
    body = path.read_bytes()
    if path.suffix == ".css":
        body = _without_needless_space(body.decode()).encode()
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return _File(body, media_type)


def _without_needless_space(style: str) -> str:
    kept = _NEEDLESS.sub(lambda found: next((part for part in found.groups() if part), " "), style)
    return kept.strip()
