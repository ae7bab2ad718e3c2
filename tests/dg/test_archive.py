"""A model in one file: the same bytes for the same model, whole or not there. What it refuses: tests/bad_input."""

from __future__ import annotations

import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from dg import Generator, TimeSeriesDataset, archive, fit, load


@pytest.fixture
def generator(toy: TimeSeriesDataset, small) -> Generator:
    return fit(small(), toy, batches=2, seed=0)


def test_a_file_is_the_folder(generator: Generator, tmp_path: Path) -> None:
    generator.save(tmp_path / "folder")
    generator.save(tmp_path / "model.dg")
    with zipfile.ZipFile(tmp_path / "model.dg") as packed:
        assert packed.namelist() == archive.MEMBERS and packed.testzip() is None
        for name in packed.namelist():
            assert packed.read(name) == (tmp_path / "folder" / name).read_bytes()
    assert load(tmp_path / "model.dg").sample(5, seed=0).fingerprint == generator.sample(5, seed=0).fingerprint


def test_the_same_model_is_the_same_bytes(generator: Generator, tmp_path: Path) -> None:
    generator.save(tmp_path / "new" / "first.dg")
    load(tmp_path / "new" / "first.dg").save(tmp_path / "second.dg")
    assert (tmp_path / "new" / "first.dg").read_bytes() == (tmp_path / "second.dg").read_bytes()


def test_a_file_that_was_not_finished_is_not_there(
    generator: Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator.save(tmp_path / "model.dg")
    before = (tmp_path / "model.dg").read_bytes()
    monkeypatch.setattr(Generator, "_write", lambda self, folder: (folder / "generator.json").write_text("{"))
    with pytest.raises(FileNotFoundError, match=r"schema\.json"):
        generator.save(tmp_path / "model.dg")
    assert [file.name for file in tmp_path.iterdir()] == ["model.dg"]
    assert (tmp_path / "model.dg").read_bytes() == before


def test_it_is_read_under_another_name_and_from_another_packer(generator: Generator, tmp_path: Path) -> None:
    generator.save(tmp_path / "folder")
    with zipfile.ZipFile(tmp_path / "mailed.zip", "w") as packed:
        for file in sorted((tmp_path / "folder").iterdir()):
            packed.write(file, file.name)
    assert load(tmp_path / "mailed.zip").sample(5, seed=0).fingerprint == generator.sample(5, seed=0).fingerprint


def test_a_file_that_is_too_large_for_a_plain_zip_is_read(
    generator: Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 2_000)  # for 2 GiB
    generator.save(tmp_path / "model.dg")
    content = (tmp_path / "model.dg").read_bytes()
    assert content[-42:-38] == b"PK\x06\x07"
    assert load(tmp_path / "model.dg").sample(5, seed=0).fingerprint == generator.sample(5, seed=0).fingerprint
    (tmp_path / "long.dg").write_bytes(content[:-58] + (2**40).to_bytes(8, "little") + content[-50:])
    with pytest.raises(ValueError, match="its list of members has 1,099,511,627,776 bytes"):
        load(tmp_path / "long.dg")


def test_what_a_file_says_of_its_size_is_compared_with_the_free_memory(
    generator: Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator.save(tmp_path / "model.dg")
    monkeypatch.setattr(archive, "available", lambda: 40_000)
    with pytest.raises(ValueError, match=r"its members have [\d,]+ bytes, and 40,000 bytes of memory are free"):
        load(tmp_path / "model.dg")


def test_what_a_file_says_of_its_size_is_compared_with_the_room_to_unpack_it(
    generator: Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator.save(tmp_path / "model.dg")
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=5_000))
    with pytest.raises(ValueError, match=r"its members have [\d,]+ bytes, and .* has room for 5,000; .* TMPDIR$"):
        load(tmp_path / "model.dg")


def test_nothing_is_left_in_the_temporary_folder(
    generator: Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator.save(tmp_path / "model.dg")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    load(tmp_path / "model.dg")
    assert not list((tmp_path / "temporary").iterdir())
