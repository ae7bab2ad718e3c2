"""All readers alike: paths mean nothing but themselves, files are regular, and what is damaged is one line's error."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from dg.datasets import gcut, gcut_jobs, mba, wwt
from tests import slowly
from tests.mutations import examples, mutated_bytes, refused_or_read

# A name, and a name beside it that the first would mean as a pattern, in SQL or to DuckDB's own rules.
NAMES = [
    ("run[1]", "run1"),
    ("run*", "run1"),
    ("run?", "run1"),
    ("run?x=1", "run"),
    ("**", "run1"),
    ("[!a]", "b"),
    ("{a,b}", "a"),
    ("it's", "its"),
    ('say "x"', "say x"),
    ("a b", "ab"),
    ("müde 猫", "mude"),
    ("two\nlines", "two"),
    ("back\\slash", "back"),
    ("job=3", "job"),
    ("s3:", "s3"),
    ("~", "home"),
    ("$HOME", "home"),
    ("-- ; select 1", "x"),
    ("%41", "A"),
]
FEW = ("run[1]", "it's")


@pytest.mark.parametrize(("name", "beside"), slowly.but(FEW, NAMES), ids=[repr(name) for name, _ in NAMES])
def test_a_path_means_nothing_but_itself(reader, name: str, beside: str, tmp_path: Path) -> None:
    for folder, value in ((name, 3), (beside, 5)):
        (tmp_path / folder).mkdir()
        raw = reader.write(tmp_path / folder, value)
        if folder == name:
            chosen = raw
    (tmp_path / "plain").mkdir()
    expected = reader.load(reader.write(tmp_path / "plain", 3))
    assert reader.load(chosen).fingerprint == expected.fingerprint
    assert reader.load(chosen).fingerprint == expected.fingerprint  # from the cache, where there is one


@pytest.mark.parametrize(
    "name",
    slowly.but(
        [f"part-{name}.csv.gz" for name in FEW], [f"part-{name}.csv{end}" for name, _ in NAMES for end in ("", ".gz")]
    ),
    ids=repr,
)
def test_a_parts_name_means_nothing_but_itself(name: str, tmp_path: Path, reader_of: Callable) -> None:
    folder = reader_of("gcut").write(tmp_path, 3)
    expected = reader_of("gcut").load(folder).fingerprint
    (folder / "task_usage" / "part-00000-of-00500.csv.gz").rename(folder / "task_usage" / name)
    assert gcut.load(folder, cache=tmp_path / "other", drawn=10).fingerprint == expected


@pytest.mark.parametrize("name", slowly.but(FEW, [name for name, _ in NAMES]), ids=repr)
def test_a_cache_is_made_where_it_was_said(name: str, tmp_path: Path, reader_of: Callable) -> None:
    """Or refused beforehand, where DuckDB could not."""
    folder = reader_of("gcut").write(tmp_path, 3)
    if "?" in name or "\\" in name:
        with pytest.raises(ValueError, match=r"DuckDB keeps no database under a path with .*; name another by cache="):
            gcut.load(folder, cache=tmp_path / name, drawn=10)
    else:
        gcut.load(folder, cache=tmp_path / name, drawn=10)
        assert {file.suffix for file in (tmp_path / name).iterdir()} == {".parquet", ".json"}


def test_a_pipe_is_refused_at_once(reader, tmp_path: Path) -> None:
    """Opened, it would wait for a writer for ever."""
    for name in reader.files:
        raw = reader.write(tmp_path, 3)
        (tmp_path / name).unlink()
        os.mkfifo(tmp_path / name)
        with pytest.raises(
            ValueError, match=rf"{Path(name).name} is a pipe, a socket or a device; name a regular file"
        ):
            reader.load(raw)
        (tmp_path / name).unlink()


@pytest.mark.parametrize("samples", [0, -1, False], ids=repr)
@pytest.mark.parametrize("load", [gcut.load, gcut_jobs.load, mba.load, wwt.load], ids=["gcut", "jobs", "mba", "wwt"])
def test_fewer_than_one_sample_is_refused_before_anything_is_read(load: Callable, samples: object, tmp_path) -> None:
    with pytest.raises(ValueError, match=rf"nowhere: {samples!r} samples were asked for; ask for at least 1"):
        load(tmp_path / "nowhere", samples=samples)


def test_one_sample_is_one_sample(reader, tmp_path: Path) -> None:
    assert len(reader.load(reader.write(tmp_path, 3))) == 1


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "zeros": lambda content: bytes(len(content)),
    "cut": lambda content: content[: len(content) * 2 // 3],
    "noise": lambda content: random.Random(0).randbytes(4000),
    "carriage returns": lambda content: b"\r".join(content.split(b"\n")),
    "semicolons": lambda content: content.replace(b",", b";"),
    "a list": lambda content: b"[]",
    "latin-1": lambda content: content.replace(b"e", b"\xe9"),
    "gzip's first bytes": lambda content: b"\x1f\x8b" + content,
    "zip's first bytes": lambda content: b"PK\x03\x04" + content,
    "nested": lambda content: b"[" * 99_999,
}


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_damaged_is_one_line_that_names_the_file(reader, damage: Callable, tmp_path: Path) -> None:
    """Or is read, where it is still such a file."""
    for name in reader.files:
        raw = reader.write(tmp_path, 3)
        file = tmp_path / name
        content = file.read_bytes()
        file.write_bytes(damage(content))
        try:
            assert len(reader.load(raw)) == 1
        except (ValueError, OSError) as error:
            assert str(tmp_path) in str(error) and "\n" not in str(error) and "; " in str(error)
        file.write_bytes(content)


@pytest.mark.slow
def test_a_file_made_wrong_at_random_is_read_or_refused(reader, tmp_path: Path) -> None:
    for name in reader.files:
        raw = reader.write(tmp_path, 3)
        file = tmp_path / name
        content = file.read_bytes()
        for rng in examples(12):
            file.write_bytes(mutated_bytes(content, rng))
            said = refused_or_read(lambda: reader.load(raw))  # noqa: B023, it is called here
            assert said is None or str(tmp_path) in said
        file.write_bytes(content)
        assert refused_or_read(lambda: reader.load(raw)) is None  # noqa: B023
