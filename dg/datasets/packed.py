"""What is packed in gzip, zip or npz unpacks to a bounded size, and to numbers only.

A deflated file of 12 MB can unpack to 12 GB. What is read is therefore bounded by what real files need: a size, and
beyond some room a share of the packed size.
"""

from __future__ import annotations

import gzip
import io
import math
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dg.files import content, reading, regular

LARGEST = 4 * 2**30  # bytes of a text; Kaggle's train_1.csv has 284 MB
ROOM = 64 * 2**20  # bytes that any text may have
EXPANSION = 10  # beyond: bytes of a text for each packed byte; train_1.csv has 3
LARGEST_ARRAYS = 32 * 2**30  # bytes of an npz; the paper's GCUT, 50,000 × 2,500 × 9 numbers of 8 bytes, has 9 GB
ARRAY_ROOM = 256 * 2**20
ARRAY_EXPANSION = 500  # the same for arrays, which may be zeros past the end of most series: simulated GCUT has 250
DEFLATE = 1032  # bytes that one deflated byte can become at most
CHUNK = 2**20
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ANEW = "the file is cut off or damaged: fetch it anew"


def unpacked(file: Path) -> bytes:
    """The bytes of a file, of what it holds in gzip, or of the one .csv in it in zip: by what it is, not by its name.

    Raises ValueError where it is damaged or encrypted, or unpacks to more than any file of its size would.
    """
    with open(regular(file), "rb") as raw, reading(file, ANEW, "cannot be unpacked"):
        magic = raw.read(2)
        raw.seek(0)
        if magic == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=raw) as stream:
                return _bounded(stream, file)
        if magic == b"PK":
            with zipfile.ZipFile(raw) as archive:
                names = archive.namelist()
                members = [name for name in names if name.endswith(".csv") and "__MACOSX" not in name]
                if len(members) != 1:
                    held = ", ".join(map(repr, names[:3])) + (", …" if len(names) > 3 else "")
                    raise ValueError(f"{file}: holds {held or 'nothing'}; pack one .csv file")
                with _opened(archive, members[0], file) as stream:
                    return _bounded(stream, file)
    return content(file, LARGEST)


def arrays(file: Path, names: Collection[str]) -> dict[str, NDArray[Any]]:
    """Those of the arrays called `names` that an npz has; all are numbers.

    The shape that an array declares is compared with the bytes in the file before memory is allocated.
    Raises ValueError where one is damaged, encrypted, not of numbers, or too large.
    """
    found: dict[str, NDArray[Any]] = {}
    with open(regular(file), "rb") as raw, reading(file), zipfile.ZipFile(raw) as archive:
        members = {name: f"{name}.npy" for name in names if f"{name}.npy" in archive.namelist()}
        total = sum(_declared(archive, member, file, name) for name, member in members.items())
        if total > _most(file):
            raise ValueError(
                f"{file}: its arrays would take {total:,} bytes, out of {file.stat().st_size:,} packed; no data do so: "
                "fetch it anew, or save it unpacked with numpy.savez"
            )
        for name, member in members.items():
            with _opened(archive, member, file) as stream:
                found[name] = np.lib.format.read_array(stream, allow_pickle=False)
                stream.read()  # up to the end, where the checksum is compared
    return found


def save(file: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Writes an npz that `arrays` reads: compressed, unless it would look like one that only takes up memory."""
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    if sum(array.nbytes for array in arrays.values()) > _most(file):
        np.savez(file, **arrays)  # type: ignore[arg-type]


def in_archive(file: Path) -> set[str]:
    """The names of the arrays that an npz has."""
    with open(regular(file), "rb") as raw, reading(file), zipfile.ZipFile(raw) as archive:
        return {name.removesuffix(".npy") for name in archive.namelist()}


def _declared(archive: zipfile.ZipFile, member: str, file: Path, name: str) -> int:
    """The bytes of an array by its header, which are the bytes that are there."""
    info = archive.getinfo(member)
    with _opened(archive, member, file) as stream:
        version = np.lib.format.read_magic(stream)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = header(stream)
        if dtype.hasobject:
            raise ValueError(f"{file}: {name} is an array of Python objects, which are not read: save it as numbers")
        if dtype.kind not in "biuf" or version > (2, 0):
            raise ValueError(f"{file}: {name} does not hold numbers; save it as numbers")
        size, there = math.prod(shape) * dtype.itemsize, info.file_size - stream.tell()
    most = info.compress_size * (1 if info.compress_type == zipfile.ZIP_STORED else DEFLATE)
    if size != there or min(shape, default=0) < 0 or there > most:
        raise ValueError(f"{file}: {name} declares the shape {shape}, which its bytes do not fill; fetch it anew")
    return size


def _opened(archive: zipfile.ZipFile, member: str, file: Path) -> io.BufferedIOBase:
    info = archive.getinfo(member)
    if info.flag_bits & 1:
        raise ValueError(f"{file}: {member} is encrypted; pack it without a password")
    if info.compress_type not in METHODS:
        raise ValueError(f"{file}: {member} is packed by method {info.compress_type}; pack it by deflate, as zip does")
    return archive.open(info)  # type: ignore[return-value]


def _bounded(stream: io.BufferedIOBase, file: Path) -> bytes:
    allowed = min(LARGEST, max(ROOM, EXPANSION * file.stat().st_size))
    buffer = io.BytesIO()
    while chunk := stream.read(CHUNK):
        buffer.write(chunk)
        if buffer.tell() > allowed:
            raise ValueError(
                f"{file}: {file.stat().st_size:,} bytes unpack to more than {allowed:,}, which no table of numbers "
                "does; unpack it yourself if you trust it"
            )
    return buffer.getvalue()


def _most(file: Path) -> int:
    return min(LARGEST_ARRAYS, max(ARRAY_ROOM, ARRAY_EXPANSION * file.stat().st_size))
