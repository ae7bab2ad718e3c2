"""A model in one file (model.dg): a zip without compression of the four files that a model folder has."""

from __future__ import annotations

import os
import shutil
import stat
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from dg.files import JSON_LIMIT, reading, regular, short
from dg.memory import available

SUFFIX = ".dg"
GENERATOR, SCHEMA, ENCODER, WEIGHTS = "generator.json", "schema.json", "encoder.json", "weights.safetensors"
MEMBERS = [GENERATOR, SCHEMA, ENCODER, WEIGHTS]
DATED = (1980, 1, 1, 0, 0, 0)  # the zip format's first day: the same model makes the same bytes
DIRECTORY_LIMIT = 64 * 2**10  # bytes in which a zip lists its members; four take some hundred
REMEDY = "ask its maker for it again"


@contextmanager
def packing(file: Path) -> Iterator[Path]:
    """An empty folder to write the four files into; `file` appears, or is replaced, when it is whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=file.parent) as unfinished:
        folder, packed = Path(unfinished, "model"), Path(unfinished, "packed")
        folder.mkdir()
        yield folder
        with ZipFile(packed, "w", ZIP_STORED) as archive:
            for name in MEMBERS:
                member = ZipInfo(name, DATED)
                member.create_system, member.external_attr = 3, (stat.S_IFREG | 0o644) << 16
                member.file_size = (folder / name).stat().st_size
                with (folder / name).open("rb") as content, archive.open(member, "w") as written:
                    shutil.copyfileobj(content, written, 2**20)
        os.replace(packed, file)


@contextmanager
def unpacked(file: Path) -> Iterator[Path]:
    """A temporary folder with the four files of a model file, each whole by its checksum.

    Raises ValueError, before anything is written, for a zip that `packing` would not make: other members or paths,
    compression, encryption, links, or more bytes than the file has or memory is free for.
    """
    size = regular(file).stat().st_size
    with tempfile.TemporaryDirectory(prefix="dg-") as folder:
        with reading(file.name, REMEDY, "it is no whole zip"):
            _refuse_long_directory(file, size)
            with ZipFile(file) as archive:
                _refuse_others(archive.infolist(), file.name)
                _refuse_too_large(archive.infolist(), size, Path(folder), file.name)
                for name in MEMBERS:
                    with archive.open(name) as content, Path(folder, name).open("xb") as written:
                        shutil.copyfileobj(content, written, 2**20)
        yield Path(folder)


def _refuse_long_directory(file: Path, size: int) -> None:
    """Reads the end of the zip alone: a list of millions of members would take memory before it is refused."""
    with file.open("rb") as opened:
        opened.seek(max(0, size - 98))
        end = opened.read()
    if end[-22:-18] != b"PK\x05\x06" or end[-2:] != b"\x00\x00":
        raise ValueError(f"{file.name}: it does not end as a zip without a comment does; {REMEDY}")
    (listed,) = struct.unpack("<L", end[-10:-6])
    if end[-42:-38] == b"PK\x06\x07":  # a zip of more than 4 GB says it here
        (listed,) = struct.unpack("<Q", end[-58:-50])
    if listed > DIRECTORY_LIMIT:
        raise ValueError(f"{file.name}: its list of members has {listed:,} bytes, and should be {MEMBERS}")


def _refuse_others(members: list[ZipInfo], where: str) -> None:
    names = [member.orig_filename for member in members]
    for name in names:
        if name not in MEMBERS:
            raise ValueError(f"{where}: it holds {short(name)}; a model file holds {MEMBERS} alone")
        if names.count(name) > 1:
            raise ValueError(f"{where}: it holds {name} twice; {REMEDY}")
    for name in MEMBERS:
        if name not in names:
            raise ValueError(f"{where}: it holds no {name}; {REMEDY}")
    for member in members:
        name = member.filename
        if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
            raise ValueError(f"{where}: {name} is a link or a folder, and should be a file; {REMEDY}")
        if member.flag_bits & 1:
            raise ValueError(f"{where}: {name} is encrypted; a model file is not: pack it without a password")
        if member.compress_type != ZIP_STORED or member.file_size != member.compress_size:
            raise ValueError(f"{where}: {name} is compressed; a model file is not: pack it by `zip -0`")
        if name != WEIGHTS and member.file_size > JSON_LIMIT:
            raise ValueError(f"{where}: {name} has {member.file_size:,} bytes, more than {JSON_LIMIT:,}; {REMEDY}")


def _refuse_too_large(members: list[ZipInfo], size: int, folder: Path, where: str) -> None:
    declared, free, room = sum(member.file_size for member in members), available(), shutil.disk_usage(folder).free
    if declared > size:
        raise ValueError(f"{where}: its members have {declared:,} bytes, more than the file, which has {size:,}")
    if 4 * declared > free:
        raise ValueError(f"{where}: its members have {declared:,} bytes, and {free:,} bytes of memory are free")
    if declared > room:
        raise ValueError(
            f"{where}: its members have {declared:,} bytes, and {folder.parent} has room for {room:,}; name a folder "
            "with more room by the environment variable TMPDIR"
        )
