"""Reading files from others: only regular files of a bounded size are read, and every field is checked."""

from __future__ import annotations

import hashlib
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

OTHERS = {  # kinds of files that hold tables, and that we do not read, by how they begin
    "a workbook or another zip": (b"PK\x03\x04",),
    "a workbook or another document of Office": (b"\xd0\xcf\x11\xe0",),
    "JSON": (b"[{", b"[\n", b"{\n", b'{"'),
    "text in UTF-16": (b"\xff\xfe", b"\xfe\xff"),
    "an Arrow file": (b"ARROW1",),
    "compressed by Zstandard": (b"\x28\xb5\x2f\xfd",),
    "compressed by xz": (b"\xfd7zXZ",),
}
JSON_LIMIT = 16 * 2**20  # bytes; the schema of a dataset with thousands of categories has some hundred thousand
ITEMS = 200_000  # in one JSON file; each may be wrong, and pydantic then keeps a report of a kilobyte
STRICT = ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)
T = TypeVar("T")


def regular(path: str | Path) -> Path:
    """The path of a regular file; raises FileNotFoundError, or ValueError where it is a folder, a pipe or a device."""
    path = Path(path)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(f"{path}: no such file") from None
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a pipe, a socket or a device"
        raise ValueError(f"{path} is {kind}; name a regular file")
    return path


def packing(path: str | Path) -> Literal["parquet", "gzip", "none"]:
    """What a table's file is by its first bytes: Parquet, something in gzip, or neither, and then text.

    Raises ValueError where they are those of another kind of file, and names it.
    """
    with open(regular(path), "rb") as file:
        begins = file.read(6)
    for kind, marks in OTHERS.items():
        if begins.startswith(marks):
            raise ValueError(f"{path} is {kind}; save it as CSV in UTF-8 or as Parquet")
    return "parquet" if begins.startswith(b"PAR1") else "gzip" if begins.startswith(b"\x1f\x8b") else "none"


def content(path: str | Path, limit: int) -> bytes:
    """The bytes of a regular file; raises ValueError where it has more than `limit`."""
    path = regular(path)
    size = path.stat().st_size
    if size > limit:
        raise ValueError(f"{path} has {size:,} bytes, more than the {limit:,} that such a file may have")
    return path.read_bytes()


def read_json(path: str | Path, kind: type[T], limit: int = JSON_LIMIT) -> T:
    """The JSON in a file as a `kind` (a TypedDict, a dataclass, a pydantic model …), every field checked.

    Raises ValueError that names the file, the first field that is wrong and what it should be.
    """
    return parse_json(content(path, limit), kind, str(path))


def parse_json(text: str | bytes, kind: type[T], where: str) -> T:
    """The same for JSON that is in memory; every error begins with `where`."""
    if (text.count(",") if isinstance(text, str) else text.count(b",")) >= ITEMS:
        raise ValueError(f"{where} has more than the {ITEMS:,} items that such a text may have")
    try:
        return TypeAdapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        raise ValueError(f"{where}: {told(error)}") from None


def told(error: ValidationError) -> str:
    """The first thing that is wrong, on one line: its field, the complaint, and the value found."""
    first: Any = error.errors(include_url=False)[0]
    field = ".".join(map(str, first["loc"]))
    field = field if field.isprintable() and len(field) <= 80 else short(field)
    more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{field + ': ' if field else ''}{first['msg']}, got {short(first['input'])}{more}"


def short(value: object) -> str:
    """What `repr` says of any value, on one line of at most 80 characters."""
    try:
        shown = repr(value)
    except Exception:  # an integer of more than 4,300 digits has no repr
        shown = f"a large {type(value).__name__}"
    shown = shown if shown.isprintable() else ascii(shown)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"


@contextmanager
def reading(path: str | Path, remedy: str = "fetch it anew", wrong: str = "cannot be read") -> Iterator[None]:
    """Turns whatever a library raises for unreadable bytes into a one-line ValueError that names the file.

    An OSError or ValueError that already names the file passes unchanged.
    """
    try:
        yield
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":  # of libraries in Rust
            raise
        if isinstance(error, OSError) and error.filename is not None:
            raise
        if isinstance(error, ValueError | OSError) and str(error).startswith(str(path)):
            raise
        raise ValueError(f"{path}: {wrong} ({said(error)}); {remedy}") from error


def said(error: BaseException) -> str:
    """The message of an error, on one line of bounded length; its type if it has no message."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 300 else f"{text[:299]}…"


@contextmanager
def alias(path: str | Path) -> Iterator[Path]:
    """Another path of the same file or folder, for libraries that give some characters of a path a special meaning.

    DuckDB takes `[`, `*` and `?` as patterns, `?` also as the start of options, a backslash as a slash, and a
    folder called a=b as a column. The alias is a link called "link" in a temporary folder that is deleted afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="dg-") as folder:
        link = Path(folder) / "link"
        link.symlink_to(Path(path).absolute())
        yield link


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """An empty folder to write into, which becomes `folder`, a new one, when it is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder.parent) as unfinished:
        yield Path(unfinished)
        Path(unfinished).chmod(0o755)
        Path(unfinished).rename(folder)


def sha256(path: str | Path) -> str:
    """The SHA-256 of a regular file's bytes; one to three seconds a gigabyte."""
    with open(regular(path), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
