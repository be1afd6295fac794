"""A PDF without what describes it, runs in it or is attached to it. Pure."""

from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any

from sixclear.feedback.attachment.embedded import plain_picture

_OF_THE_DOCUMENT = (
    *("/Metadata", "/PieceInfo", "/OpenAction", "/AA", "/Names", "/AF", "/Collection", "/SpiderInfo"),
    *("/Perms", "/DSS", "/Legal"),
)
_ANYWHERE = (
    *("/Metadata", "/PieceInfo", "/LastModified", "/OpenAction", "/AA", "/AF", "/JS"),
    *("/EF", "/FS", "/XFA"),
)
_OF_A_REMARK = ("/T", "/M", "/CreationDate", "/NM", "/RC")
# Remarks that bring a file or a program with them.
_CARRY = frozenset({"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"})
_ACTIONS_KEPT = frozenset({"/GoTo", "/URI"})
_PICTURES = frozenset({"/DCTDecode", "/DCT", "/JPXDecode"})


def plain_pdf(file: IO[bytes]) -> bytes:
    """The pages of a PDF with what they reach; nothing that describes the document, runs in it or is attached to it.

    Raises whatever its reader makes of a broken file, and ValueError for one that a password closes.
    """
    from pypdf import PasswordType, PdfReader, PdfWriter

    reader = PdfReader(file, strict=False)
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise ValueError("a password closes it")
    root: Any = reader.trailer["/Root"].get_object()
    for name in _OF_THE_DOCUMENT:
        root.pop(name, None)
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    if not len(writer.pages):
        raise ValueError("a PDF has pages")
    for one in writer._objects:  # the library has no other way to what is not a page
        for part in _parts(one):
            _plain(part)
    writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _parts(one: Any) -> Iterator[Any]:
    """The dictionaries in an object, itself among them; those that it only refers to are objects of their own."""
    from pypdf.generic import ArrayObject, DictionaryObject

    waiting = [one]
    while waiting:
        part = waiting.pop()
        if isinstance(part, DictionaryObject):
            yield part  # what is taken out of it is looked at no more
            waiting += list(part.values())
        elif isinstance(part, ArrayObject):
            waiting += list(part)


def _plain(part: Any) -> None:
    from pypdf.generic import NameObject

    for name in _ANYWHERE:
        part.pop(name, None)
    _drop_actions(part)
    if "/Annots" in part:
        _drop_carriers(_of(part, "/Annots"))
    subtype = str(_of(part, "/Subtype"))
    if "/Rect" in part and subtype in _CARRY:
        part.clear()
        part[NameObject("/Type")] = NameObject("/Annot")
    elif "/Rect" in part and subtype != "/Widget":  # a remark: who wrote it, and when
        for name in _OF_A_REMARK:
            part.pop(name, None)
    if "/ByteRange" in part or str(_of(part, "/Type")) in ("/Sig", "/DocTimeStamp"):  # who signed, and when
        part.clear()
    if str(_of(part, "/FT")) == "/Sig":
        part.pop("/V", None)
    _plain_stream(part)


def _of(part: Any, name: str) -> Any:
    """A value, also where the dictionary only refers to it; None where it has none."""
    value = part.get(name)
    return None if value is None else value.get_object()


def _drop_actions(part: Any) -> None:
    """Keep links to a place of the document and to an address; nothing starts, sends or plays."""
    action = _of(part, "/A")
    if hasattr(action, "get") and "/S" in action and str(_of(action, "/S")) not in _ACTIONS_KEPT:
        del part["/A"]
    if "/S" in part and "/P" not in part:  # an action names the one behind it; a piece of the structure its parent
        part.pop("/Next", None)


def _drop_carriers(annotations: Any) -> None:
    if not isinstance(annotations, list):
        return
    annotations[:] = [
        one for one in annotations if str(getattr(one.get_object(), "get", lambda _: None)("/Subtype")) not in _CARRY
    ]


def _plain_stream(part: Any) -> None:
    """A picture of a page; one that is packed once more is unpacked to its own form."""
    from pypdf.generic import NameObject, StreamObject

    if not isinstance(part, StreamObject):
        return
    filters = _of(part, "/Filter")
    names = [str(one.get_object()) for one in filters] if isinstance(filters, list) else [str(filters)]
    if not names or names[-1] not in _PICTURES:
        return
    if len(names) > 1:
        part._data = _unpacked(part, names[:-1])
        part.pop("/DecodeParms", None)
        part[NameObject("/Filter")] = NameObject(names[-1])
    part._data = plain_picture(part._data)


def _unpacked(part: Any, names: list[str]) -> bytes:
    from pypdf.generic import ArrayObject, EncodedStreamObject, NameObject

    packed = EncodedStreamObject()
    packed._data = part._data
    packed[NameObject("/Filter")] = ArrayObject(NameObject(name) for name in names)
    parameters = _of(part, "/DecodeParms")
    if isinstance(parameters, list):
        packed[NameObject("/DecodeParms")] = ArrayObject(parameters[:-1])
    unpacked: bytes = packed.get_data()
    return unpacked
