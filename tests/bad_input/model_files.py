"""Model files of strangers: hostile ones and damaged ones."""

from __future__ import annotations

import json
import os
import shutil
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dg import load

MODEL = Path(__file__).parents[1] / "dg" / "models" / "format2.dg"
MEMBERS = ("generator.json", "schema.json", "encoder.json", "weights.safetensors")
Contents = dict[str, bytes]


def contents() -> Contents:
    """The four files of a good model."""
    with zipfile.ZipFile(MODEL) as packed:
        return {name: packed.read(name) for name in MEMBERS}


def packed(change: Callable[[Contents], Any], compression: int = zipfile.ZIP_STORED) -> Callable[[Path], object]:
    """Loads a file with other members."""

    def wrong(folder: Path) -> object:
        change(files := contents())
        with zipfile.ZipFile(folder / "model.dg", "w", compression) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return load(folder / "model.dg")

    return wrong


def rewritten(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """Loads a good file with other bytes."""

    def wrong(folder: Path) -> object:
        (folder / "model.dg").write_bytes(change(MODEL.read_bytes()))
        return load(folder / "model.dg")

    return wrong


def member(name: str, **facts: int) -> Callable[[Path], object]:
    """Loads a file that has one more member, or one of which more is said."""

    def wrong(folder: Path) -> object:
        with zipfile.ZipFile(folder / "model.dg", "w") as archive:
            for other, content in contents().items():
                if other != name:
                    archive.writestr(other, content)
            info = zipfile.ZipInfo(name)
            for fact, value in facts.items():
                setattr(info, fact, value)
            archive.writestr(info, "/etc/passwd")
        return load(folder / "model.dg")

    return wrong


def edited(file: str, change: Callable[[Any], Any]) -> Callable[[Path], object]:
    """Loads a file with other JSON."""

    def edit(files: Contents) -> None:
        change(content := json.loads(files[file]))
        files[file] = json.dumps(content).encode()

    return packed(edit)


def folder_with(change: Callable[[Path], object]) -> Callable[[Path], object]:
    """Loads a folder that was changed."""

    def wrong(folder: Path) -> object:
        for name, content in contents().items():
            (folder / name).write_bytes(content)
        change(folder)
        return load(folder)

    return wrong


def on_card(**fields: Any) -> Callable[[Path], object]:
    """Loads a file whose card says something else."""
    return edited("generator.json", lambda content: content["card"].update(fields))


def twice(folder: Path) -> object:
    """Loads a file that has a member twice, which zipfile only warns of."""
    names = [*MEMBERS[:3], "schemaX.json", MEMBERS[3]]
    files = {**contents(), "schemaX.json": b"{}"}
    with zipfile.ZipFile(folder / "model.dg", "w") as archive:
        for name in names:
            archive.writestr(name.replace("schemaX.json", "schemaX.jso"), files[name])
    file = folder / "model.dg"
    file.write_bytes(file.read_bytes().replace(b"schemaX.jso", b"schema.json"))
    return load(file)


def missing(folder: Path) -> object:
    """Loads what is not there."""
    return load(folder / "model.dg")


def pipe(folder: Path) -> object:
    """Loads a pipe, from which nothing will ever come."""
    os.mkfifo(folder / "model.dg")
    return load(folder / "model.dg")


def shape(header: bytes) -> bytes:
    """Weights whose first bias has one number fewer, by the header."""
    end = 8 + int.from_bytes(header[:8], "little")
    said = json.loads(header[8:end])
    name = next(name for name in said if name.endswith("bias"))
    start, stop = said[name]["data_offsets"]
    said[name] |= {"dtype": "F16", "shape": [(stop - start) // 2]}
    text = json.dumps(said).encode()
    return len(text).to_bytes(8, "little") + text + header[end:]


def long_list(content: bytes) -> bytes:
    """A file whose list of members is said to be a gigabyte."""
    return content[:-10] + struct.pack("<L", 2**30) + content[-6:]


def longer_member(content: bytes) -> bytes:
    """A file whose list of members says that the weights have a gigabyte."""
    size = struct.pack("<L", len(contents()["weights.safetensors"]))
    at = content.rindex(b"PK\x01\x02") + 20
    assert content[at : at + 8] == size * 2
    return content[:at] + struct.pack("<L", 2**30) * 2 + content[at + 8 :]


def encrypted(content: bytes) -> bytes:
    """A file whose list of members says that each needs a password."""
    return content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")


def flipped(content: bytes) -> bytes:
    """A file with one bit of its weights changed."""
    at = content.index(b"PK\x01\x02") - 3
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


ONLY = "model.dg does not hold a whole generator: model.dg: it holds {}; a model file holds .*'weights.safetensors'"
CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no such file": (missing, "model.dg: no such file$"),
    "a pipe": (pipe, "model.dg is a pipe, a socket or a device; name a regular file$"),
    "no zip": (rewritten(lambda content: b"hello"), "model.dg: it does not end as a zip without a comment does; ask"),
    "nothing in it": (rewritten(lambda content: b""), "model.dg: it does not end as a zip"),
    "half of it": (rewritten(lambda content: content[: len(content) // 2]), "model.dg: it does not end as a zip"),
    "a zip with a comment": (
        rewritten(lambda content: content[:-2] + b"\x05\x00hello"),
        "it does not end as a zip without a comment does",
    ),
    "its begin is cut off": (rewritten(lambda content: content[30:]), r"model.dg: it is no whole zip \(.*\); ask its"),
    "a bit is wrong": (rewritten(flipped), r"it is no whole zip \(Bad CRC-32 for file 'weights.safetensors'\); ask"),
    "a list of millions of members": (rewritten(long_list), "its list of members has 1,073,741,824 bytes, and should"),
    "more bytes than the file has": (rewritten(longer_member), r"its members have 1,0[\d,]+ bytes, more than the file"),
    "compressed": (
        packed(lambda files: None, zipfile.ZIP_DEFLATED),
        "generator.json is compressed; a model file is not: pack it by `zip -0`",
    ),
    "a bomb": (
        packed(lambda files: files.update({"weights.safetensors": bytes(2**22)}), zipfile.ZIP_DEFLATED),
        "is compressed; a model file is not",
    ),
    "encrypted": (
        rewritten(encrypted),
        "generator.json is encrypted; a model file is not: pack it without a password",
    ),
    "a member outside the folder": (member("../x"), ONLY.format(r"'\.\./x'")),
    "a member with an absolute path": (member("/tmp/x"), ONLY.format("'/tmp/x'")),
    "a member in a folder": (member("model/generator.json"), ONLY.format("'model/generator.json'")),
    "a folder": (member("model/"), ONLY.format("'model/'")),
    "a name that ends early": (
        rewritten(lambda content: content.replace(b"encoder.json", b"encoder\x00json")),
        ONLY.format(r"'encoder\\x00json'"),
    ),
    "code beside the model": (member("setup.py"), ONLY.format("'setup.py'")),
    "a link": (
        member("schema.json", external_attr=(stat.S_IFLNK | 0o777) << 16),
        "schema.json is a link or a folder, and should be a file",
    ),
    "a member is missing": (packed(lambda files: files.pop("encoder.json")), "model.dg: it holds no encoder.json; ask"),
    "a member twice": (twice, "model.dg: it holds schema.json twice; ask its maker for it again"),
    "a foreign class": (
        edited("generator.json", lambda content: content.update(model="os.system")),
        r"generator.json: unknown model 'os.system'; known: \[.*'DoppelGANger'",
    ),
    "a newer format": (
        edited("generator.json", lambda content: content.update(format=99)),
        "generator.json: format 99 was made by a later version than this, which reads 2; update",
    ),
    "another size": (
        edited("generator.json", lambda content: content["hyperparameters"].update(lstm_units=9)),
        r"weights.safetensors: .* has shape \(.*\), and \(.*\) by generator.json, schema.json and encoder.json",
    ),
    "weights of a wrong shape": (
        packed(lambda files: files.update({"weights.safetensors": shape(files["weights.safetensors"])})),
        r"weights.safetensors: .*bias has shape \(8,\), and \(4,\) by generator.json",
    ),
    "truncated weights": (
        packed(lambda files: files.update({"weights.safetensors": files["weights.safetensors"][:-100]})),
        "weights.safetensors: it is no file of safetensors: ",
    ),
    "a card of another kind": (
        edited("generator.json", lambda content: content.update(card="good")),
        "generator.json: card: Input should be .*, got 'good'",
    ),
    "a card without a seed": (
        edited("generator.json", lambda content: content["card"].pop("seed")),
        "generator.json: card.seed: Field required",
    ),
    "a card with more": (on_card(run="rm"), "generator.json: card.run: Unexpected keyword argument, got 'rm'"),
    "a card of no day": (on_card(date="yesterday"), "generator.json: card.date: Input should be a valid date"),
    "a card of no samples": (on_card(samples=0), "generator.json: card.samples: Input should be greater than or equal"),
    "a card with text for a metric": (
        on_card(metrics={"autocorrelation": "good"}),
        "generator.json: card.metrics.autocorrelation: Input should be a valid number, got 'good'",
    ),
    "a card with a list of settings": (on_card(privacy=[1]), "generator.json: card.privacy: Input should be .*object"),
    "a folder without weights": (
        folder_with(lambda folder: (folder / "weights.safetensors").unlink()),
        "does not hold a whole generator: .*weights.safetensors: no such file$",
    ),
    "a folder with a pipe": (
        folder_with(lambda folder: ((folder / "schema.json").unlink(), os.mkfifo(folder / "schema.json"))),
        "schema.json is a pipe, a socket or a device; name a regular file$",
    ),
    "an empty folder": (load, "does not hold a whole generator: .*generator.json: no such file$"),
    "a folder of something else": (
        folder_with(lambda folder: (shutil.rmtree(folder), folder.mkdir(), (folder / "notes.txt").write_text("hello"))),
        "does not hold a whole generator: .*generator.json: no such file$",
    ),
}
