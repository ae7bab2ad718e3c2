"""What is packed unpacks to a bounded size, and to numbers only."""

from __future__ import annotations

import gzip
import io
import pickle
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dg.dataset import TimeSeriesDataset
from dg.datasets import gcut_jobs, released, wwt
from dg.schema import Categorical, Continuous, Schema

HEADER = b"Page,2015-07-01,2015-07-02\n"


def zipped(content: bytes, name: str = "train_1.csv") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def patched(content: bytes, *, flags: int | None = None, method: int | None = None) -> bytes:
    """A zip whose headers, local and central, say that it is encrypted or packed by another method."""
    damaged = bytearray(content)
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := content.find(signature, start + 1)) >= 0:
            if flags is not None:
                damaged[start + at] |= flags
            if method is not None:
                damaged[start + at + 2] = method
    return bytes(damaged)


@pytest.mark.slow
@pytest.mark.parametrize("pack", [lambda text: gzip.compress(text, 1), zipped], ids=["gzip", "zip"])
def test_a_small_file_does_not_unpack_without_end(pack: Callable, tmp_path: Path) -> None:
    file = tmp_path / "bomb.csv"
    file.write_bytes(pack(HEADER + bytes(200 * 2**20)))
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"bomb.csv: [\d,]+ bytes unpack to more than 67,108,864, which no table"):
        wwt.load(file)
    assert tracemalloc.get_traced_memory()[1] < 200 * 2**20
    tracemalloc.stop()


@pytest.mark.parametrize("filling", [b"\n", b"\0", b'"', b",\n"], ids=repr)
def test_lines_without_end_or_cells_are_refused_before_they_take_memory(filling: bytes, tmp_path: Path) -> None:
    """20 MB of line feeds would be filled up to rows of 550 days, which take 44 GB."""
    file = tmp_path / "odd.csv.gz"
    days = ",".join(str(day.date()) for day in pd.date_range("2015-07-01", periods=550))
    file.write_bytes(gzip.compress(f"Page,{days}\n".encode() + filling * (20 * 2**20 // len(filling)), 1))
    with pytest.raises(ValueError, match=r"odd.csv.gz: line 2(:| has)"):
        wwt.load(file)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (patched(zipped(HEADER), flags=1), "train_1.csv is encrypted; pack it without a password"),
        (patched(zipped(HEADER), method=99), "train_1.csv is packed by method 99; pack it by deflate"),
        (patched(zipped(HEADER), method=zipfile.ZIP_LZMA), "packed by method 14; pack it by deflate"),
        (zipped(HEADER, "readme.txt"), "holds 'readme.txt'; pack one .csv file"),
        (zipped(HEADER)[:-30], "cannot be unpacked (File is not a zip file)"),
    ],
)
def test_a_zip_that_cannot_be_read_says_why(content: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "train_1.zip"
    file.write_bytes(content)
    with pytest.raises(ValueError) as caught:
        wwt.load(file)
    assert str(caught.value).startswith(str(file)) and told in str(caught.value)


def npy(array: np.ndarray, **header: Any) -> bytes:
    """An array as .npy, with other words in its header."""
    buffer = io.BytesIO()
    plain = {"descr": np.lib.format.dtype_to_descr(array.dtype), "fortran_order": False, "shape": array.shape}
    np.lib.format.write_array_header_1_0(buffer, plain | header)
    return buffer.getvalue() + (pickle.dumps(array) if array.dtype.hasobject else array.tobytes())


SERIES, DAYS = np.ones((1, 288, 2)), np.array([[5, 1]])


def npz(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def whole(**changed: bytes) -> bytes:
    members = {"cpu_mem": npy(SERIES), "job_day": npy(DAYS)} | changed
    return npz({f"{name}.npy": content for name, content in members.items()})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (npy(SERIES), "cannot be read (File is not a zip file); fetch it anew"),
        (
            whole(cpu_mem=npy(SERIES, shape=(10**12,))),
            "cpu_mem declares the shape (1000000000000,), which its bytes do",
        ),
        (whole(cpu_mem=npy(SERIES, shape=(-1, 288, -2))), "cpu_mem declares the shape (-1, 288, -2)"),
        (whole(cpu_mem=npy(SERIES, shape=(2, 288, 2))), "cpu_mem declares the shape (2, 288, 2)"),
        (whole(cpu_mem=npy(SERIES, descr="|O")), "cpu_mem is an array of Python objects"),
        (whole(cpu_mem=npy(SERIES, descr="<U2")), "cpu_mem does not hold numbers; save it as numbers"),
        (whole(cpu_mem=npy(SERIES, descr=[("a", "<f8")])), "cpu_mem does not hold numbers"),
        (whole(cpu_mem=npy(np.array([None]))), "cpu_mem is an array of Python objects"),
        (whole(cpu_mem=pickle.dumps([1])), "cannot be read (the magic string is not correct"),
        (whole(cpu_mem=b""), "cannot be read (EOF: reading magic string"),
        (whole(job_day=npy(DAYS.astype(float))), "job_day (1, 2) of float64, not [n, 288, 2] and [n, 2] of whole"),
        (whole(job_day=npy(DAYS[:0]), cpu_mem=npy(SERIES[:0])), "has no job-day; fetch it anew"),
        (npz({"job_day.npy": npy(DAYS)}), "it has no cpu_mem"),
        (patched(whole(), flags=1), "cpu_mem.npy is encrypted; pack it without a password"),
        (patched(whole(), method=99), "cpu_mem.npy is packed by method 99; pack it by deflate"),
    ],
)
def test_an_npz_that_is_none_says_why(content: bytes, told: str, tmp_path: Path) -> None:
    _refused(content, told, tmp_path)


@pytest.mark.slow
def test_an_npz_does_not_unpack_without_end(tmp_path: Path) -> None:
    zeros = npz({"cpu_mem.npy": npy(np.zeros((1, 80 * 2**20)))})
    _refused(zeros, "its arrays would take 671,088,640 bytes, out of", tmp_path)


def _refused(content: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "gcd_job_days.npz"
    file.write_bytes(content)
    tracemalloc.start()
    with pytest.raises(ValueError) as caught:
        gcut_jobs.load(tmp_path)
    assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
    tracemalloc.stop()
    assert str(caught.value).startswith(str(file)) and told in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.slow
def test_many_categories_take_no_square_of_memory_and_are_read_back(tmp_path: Path) -> None:
    """50,000 of them: the square would have 18.6 GiB. The one-hot columns pack 1000 to 1, and are still no bomb."""
    schema = Schema("wide", (Categorical("page", tuple(map(str, range(50_000)))),), (Continuous("views"),), 1)
    metadata = pd.DataFrame({"page": [str(500 * i) for i in range(90)]})
    data = TimeSeriesDataset(schema, metadata, np.ones((90, 1, 1), np.float32), np.ones(90, np.int64))
    tracemalloc.start()
    released.write(data, tmp_path)
    assert released.read(tmp_path).fingerprint == data.fingerprint
    assert tracemalloc.get_traced_memory()[1] < 500 * 2**20
    tracemalloc.stop()


def test_what_would_look_like_a_bomb_is_not_packed(tmp_path: Path, monkeypatch) -> None:
    from dg.datasets import packed

    monkeypatch.setattr(packed, "ARRAY_ROOM", 1000)
    arrays = {"zeros": np.zeros(10**6)}
    packed.save(tmp_path / "zeros.npz", arrays)
    assert (packed.arrays(tmp_path / "zeros.npz", arrays)["zeros"] == 0).all()
