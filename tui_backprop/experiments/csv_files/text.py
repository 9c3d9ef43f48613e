"""The text of a file: unpacked and decoded; what is not text is refused, with its line."""

from __future__ import annotations

import codecs
import re
import sys
import zlib
from functools import cache
from pathlib import Path

from tui_backprop.errors import ExperimentError
from tui_backprop.reading.disk import UnreadableError, check_ordinary, read_bytes

STANDARD_INPUT = "-"
"""The name of a file that is read from standard input."""
LARGEST_FILE = 512 * 2**20
"""The most bytes, also after unpacking."""
_GZIP = b"\x1f\x8b"
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
"""The byte-order marks that identify an encoding; that of UTF-32 begins as that of UTF-16 does."""
_NO_TEXTS = {
    b"PK\x03\x04": "a spreadsheet or a zip file", b"\xd0\xcf\x11\xe0": "a spreadsheet",
    b"PAR1\x15": "a Parquet file",
    b"BZh9": "compressed with bzip2", b"\xfd7zXZ": "compressed with xz", b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"%PDF-": "a PDF file", b"SQLite format 3": "a database", b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy file", b"ARROW1": "an Arrow file", b"MATLAB 5.0": "a MATLAB file",
    b"\x80\x04\x95": "a pickle", b"\x80\x05\x95": "a pickle",
}  # fmt: skip
"""The first bytes of files that hold tables in formats other than text."""
_NO_TABLES = {
    "JSON": re.compile(r'\s*(?:\[\s*)?\{\s*(?:"[^"]*"\s*:|\})|\s*\[\s*(?:\[|["\d-][^\]]*\]\s*$)', re.MULTILINE),
    "ARFF": re.compile(r"(?:\s*(?:%.*)?\n)*\s*@relation\s", re.IGNORECASE),
    "HTML or XML": re.compile(r"\s*<(?:!doctype|html|\?xml)", re.IGNORECASE),
}
"""How texts begin that are not tables."""
_OTHERS = 'UTF-8; or name the encoding: "encoding" in the set-up, or encoding = "{}" in [data]'


def text_of(path: Path, encoding: str | None = None) -> str:
    """The file's text, in `encoding`, or in what its byte-order mark says, or in UTF-8; raises `ExperimentError`."""
    data = _bytes_of(path)
    if data.startswith(_GZIP):
        data = _unpacked(path, data)
    if what := next((what for mark, what in _NO_TEXTS.items() if data.startswith(mark)), None):
        raise _error(path, "", f"is {what}", "a CSV file: export or unpack it")
    if encoding is None:
        encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    if encoding is None and (place := data.find(b"\0")) >= 0:
        many = data.count(b"\0") * 4 > len(data)
        other = f"a text file in {_OTHERS.format('utf-16')}" if many else "a text file; delete the zero bytes"
        raise _error(path, _line(data, place), "holds a zero byte: it is not text in UTF-8", other)
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        what = f"is not text in {(encoding or 'utf-8').upper().removesuffix('-SIG')}"
        raise _error(path, _line(data, error.start), what, f"a text file in {_OTHERS.format('cp1252')}") from None
    except (LookupError, ValueError):
        raise _error(path, "encoding", f"unknown {encoding!r}", "e.g. utf-8, cp1252, utf-16") from None
    if (place := text.find("\0")) >= 0:
        where = f"line {1 + text.count(chr(10), 0, place)}"
        raise _error(path, where, "holds a zero byte: it is not text", "a text file")
    if what := next((what for what, begins in _NO_TABLES.items() if begins.match(text)), None):
        raise _error(path, "", f"is {what}", "a CSV file: export or convert it")
    return text.removeprefix("\ufeff").removesuffix("\x1a")  # the end of a file in MS-DOS


def _bytes_of(path: Path) -> bytes:
    if str(path) == STANDARD_INPUT:
        data = standard_input()
    else:
        try:
            data = read_bytes(path, LARGEST_FILE, "")
        except FileNotFoundError:
            raise _error(path, "", "no such file") from None
        except UnreadableError as error:
            raise _error(path, "", error.what) from None
    if len(data) > LARGEST_FILE:
        raise _error(path, "", "is too large", f"at most {LARGEST_FILE // 2**20} MB")
    return data


def refuse_unless_ordinary(path: Path, source: str) -> None:
    """Raises `ExperimentError` for what is not a file, or would have to be waited for; `source` names it."""
    try:
        check_ordinary(path, "")
    except FileNotFoundError:
        raise ExperimentError(source, "", "no such file", "the path of a CSV file") from None
    except UnreadableError as error:
        raise ExperimentError(source, "", error.what, "the path of a CSV file") from None


@cache
def standard_input() -> bytes:
    """All of standard input: it can be read only once, and is kept for later calls."""
    return sys.stdin.buffer.read(LARGEST_FILE + 1)


def _unpacked(path: Path, data: bytes) -> bytes:
    """The contents of a gzip file, which may have several parts."""
    parts, size = [], 0
    while data.startswith(_GZIP):
        reader = zlib.decompressobj(wbits=31)
        try:
            part = reader.decompress(data, LARGEST_FILE + 1 - size)
        except zlib.error as error:
            raise _error(path, "", f"cannot be unpacked: {error}", "a gzip file") from None
        size += len(part)
        if size > LARGEST_FILE:
            raise _error(path, "", "is too large", f"at most {LARGEST_FILE // 2**20} MB")
        if not reader.eof:
            raise _error(path, "", "cannot be unpacked: it ends too early", "the whole file")
        parts.append(part)
        data = reader.unused_data
    return b"".join(parts)


def _line(data: bytes, place: int) -> str:
    newlines = data.count(b"\n", 0, place)
    return f"line {1 + newlines}"


def shown_path(path: Path | str) -> str:
    """The name of a file in errors."""
    return "standard input" if str(path) == STANDARD_INPUT else str(path)


def _error(path: Path, where: str, message: str, expected: str = "a CSV file") -> ExperimentError:
    return ExperimentError(shown_path(path), where, message, expected)
