"""The types of file that may be attached: told by ending and by content, which have to agree."""

from __future__ import annotations

import codecs
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

HEAD = 4096
"""How many bytes of a file its type is told from."""
MOST_PARTS = 10_000
"""Entries of an office document's archive. They are listed, and their contents never looked at."""

_ENTRY = b"PK\x01\x02"
"""What each entry of an archive's list begins with."""

Look = Callable[[bytes, BinaryIO], bool]
"""Says whether a file is what its ending claims, from its first bytes and, if need be, all of it."""


@dataclass(frozen=True, slots=True)
class FileType:
    """One type: the ending of its names, what it is called, and how its content is told."""

    ending: str
    name: str
    content_type: str
    looks_right: Look


def _begins(*signatures: bytes) -> Look:
    return lambda head, _content: head.startswith(signatures)


def _is_webp(head: bytes, _content: BinaryIO) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _is_heic(head: bytes, _content: BinaryIO) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc"}


def _is_plain(head: bytes, content: BinaryIO) -> bool:
    """Say whether it is text: no NUL byte, and UTF-8 or Windows' Western characters throughout."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    content.seek(0)
    while part := content.read(65536):
        if b"\x00" in part:
            return False
    return not head.startswith((b"MZ", b"\x7fELF", b"%PDF", b"#!", b"PK\x03\x04"))


def _parts(content: BinaryIO) -> int:
    """Return how many entries an archive can have at most, before any of them is read into memory."""
    found, carried = 0, b""
    content.seek(0)
    while part := content.read(65536):
        found += (carried + part).count(_ENTRY)
        carried = (carried + part)[-len(_ENTRY) + 1 :]
    content.seek(0)
    return found


def _holds(wanted: str) -> Look:
    """Return a look into an archive's list: the wanted part is there, and no macros are."""

    def look(head: bytes, content: BinaryIO) -> bool:
        if not head.startswith(b"PK\x03\x04") or _parts(content) > MOST_PARTS:
            return False
        try:
            with zipfile.ZipFile(content) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return False
        macros = any(name.lower().endswith("vbaproject.bin") for name in names)
        return not macros and any(name.startswith(wanted) for name in names)

    return look


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

FILE_TYPES: Mapping[str, FileType] = {
    one.ending: one
    for one in (
        FileType("pdf", "PDF", "application/pdf", _begins(b"%PDF-")),
        FileType("docx", "Word document", f"{_OFFICE}.wordprocessingml.document", _holds("word/")),
        FileType("xlsx", "Excel workbook", f"{_OFFICE}.spreadsheetml.sheet", _holds("xl/")),
        FileType(
            "pptx",
            "PowerPoint presentation",
            f"{_OFFICE}.presentationml.presentation",
            _holds("ppt/"),
        ),
        FileType("odt", "OpenDocument text", f"{_OPEN}.text", _holds("content.xml")),
        FileType("ods", "OpenDocument sheet", f"{_OPEN}.spreadsheet", _holds("content.xml")),
        FileType("odp", "OpenDocument slides", f"{_OPEN}.presentation", _holds("content.xml")),
        FileType("rtf", "Rich text", "application/rtf", _begins(b"{\\rtf")),
        FileType("txt", "Plain text", "text/plain", _is_plain),
        FileType("csv", "CSV table", "text/csv", _is_plain),
        FileType("eml", "E-mail", "message/rfc822", _is_plain),
        FileType("msg", "Outlook message", "application/vnd.ms-outlook", _begins(_OLE)),
        FileType("jpg", "JPEG picture", "image/jpeg", _begins(b"\xff\xd8\xff")),
        FileType("jpeg", "JPEG picture", "image/jpeg", _begins(b"\xff\xd8\xff")),
        FileType("png", "PNG picture", "image/png", _begins(b"\x89PNG\r\n\x1a\n")),
        FileType("gif", "GIF picture", "image/gif", _begins(b"GIF87a", b"GIF89a")),
        FileType("webp", "WebP picture", "image/webp", _is_webp),
        FileType("heic", "HEIC picture", "image/heic", _is_heic),
        FileType("tif", "TIFF picture", "image/tiff", _begins(b"II*\x00", b"MM\x00*")),
        FileType("tiff", "TIFF picture", "image/tiff", _begins(b"II*\x00", b"MM\x00*")),
    )
}
"""What can be told at all; an organisation allows some of them. Nothing here can hold a script or a macro."""


def ending_of(name: str) -> str:
    """Return the ending of a file's name in small letters, "" when it has none."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if stem and dot else ""


def recognised(name: str, content: BinaryIO) -> FileType | None:
    """Return a file's type when its content is what its ending claims, None when not."""
    claimed = FILE_TYPES.get(ending_of(name))
    if claimed is None:
        return None
    content.seek(0)
    head = content.read(HEAD)
    content.seek(0)
    right = bool(head) and claimed.looks_right(head, content)
    content.seek(0)
    return claimed if right else None
