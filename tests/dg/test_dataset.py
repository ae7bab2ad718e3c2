from __future__ import annotations

import inspect
import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dg import Categorical, Continuous, Schema, TimeSeriesDataset
from dg.dataset import concatenate
from tests.mutations import refused_or_read


def ids(dataset: TimeSeriesDataset) -> list[float]:
    """Every sample of the toy dataset has a size of its own."""
    return dataset.metadata["size"].tolist()


def test_types_are_those_of_the_docstring(toy: TimeSeriesDataset) -> None:
    assert toy.measurements.dtype == np.float32 and toy.lengths.dtype == np.int64
    assert isinstance(toy.metadata["kind"].dtype, pd.CategoricalDtype) and toy.metadata["size"].dtype == np.float64
    assert len(toy) == 24


def test_a_dataset_may_be_empty_and_may_have_no_metadata(toy: TimeSeriesDataset) -> None:
    assert len(toy.take(slice(0, 0))) == 0
    bare = toy.without_metadata()
    assert bare.metadata.shape == (24, 0) and bare.schema.metadata == ()
    np.testing.assert_array_equal(bare.measurements, toy.measurements)


def test_columns_follow_the_schema_and_rows_are_counted_from_zero(toy: TimeSeriesDataset) -> None:
    shuffled = toy.metadata[["size", "kind"]].set_axis(range(100, 124))
    assert list(replace(toy, metadata=shuffled).metadata.columns) == ["kind", "size"]
    assert replace(toy, metadata=shuffled).metadata.index.tolist() == list(range(24))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda d: {"measurements": d.measurements[:, :6]},
            r"measurements have shape \(24, 6, 2\), expected.*\(24, 7, 2\)",
        ),
        (lambda d: {"lengths": d.lengths[:5]}, r"lengths have shape \(5,\), expected \(24,\)"),
        (lambda d: {"lengths": _with(d.lengths, 4, 0)}, "sample 4 has length 0, which is not between 1 and 7"),
        (lambda d: {"lengths": _with(d.lengths, 4, 8)}, "sample 4 has length 8"),
        (lambda d: {"metadata": d.metadata[["kind"]]}, r"metadata columns are \['kind'\], the schema has"),
        (lambda d: {"metadata": d.metadata.assign(extra=1)}, "extra"),
        (lambda d: {"metadata": _cell(d, "kind", 3, "z")}, r"'kind' of sample 3 is 'z', which is not one of \['a'"),
        (lambda d: {"metadata": _cell(d, "kind", 3, None)}, "'kind' of sample 3 is None"),
        (
            lambda d: {"metadata": _cell(d, "size", 3, "big")},
            "'size' of sample 3 is 'big', which is not a finite number",
        ),
        (lambda d: {"metadata": _cell(d, "size", 3, np.inf)}, "'size' of sample 3 is inf"),
        (lambda d: {"measurements": _with(d.measurements, (2, 0, 1), np.nan)}, "'f1' of sample 2 at step 0 is nan"),
        (lambda d: {"measurements": _with(d.measurements, (2, 0, 0), -np.inf)}, "'f0' of sample 2 at step 0 is -inf"),
    ],
)
def test_every_error_names_its_place(toy: TimeSeriesDataset, change, message: str) -> None:
    with pytest.raises(ValueError, match=f"toy: .*{message}|{message}"):
        replace(toy, **change(toy))


def test_records_past_the_length_are_refused(toy: TimeSeriesDataset) -> None:
    sample = int(toy.lengths.argmin())
    step = int(toy.lengths[sample])
    changed = _with(toy.measurements, (sample, step, 0), 1.0)
    with pytest.raises(ValueError, match=f"'f0' of sample {sample} at step {step} is 1.0, which lies past"):
        replace(toy, measurements=changed)


def test_bounds_hold_for_records_and_not_for_the_padding(toy: TimeSeriesDataset) -> None:
    bounded = replace(toy.schema.measurements[0], low=5.0, high=100.0)
    schema = replace(toy.schema, measurements=(bounded, toy.schema.measurements[1]))
    inside = np.where(toy.active, np.clip(toy.measurements[..., 0], 5, 100), 0)
    measurements = np.stack([inside, toy.measurements[..., 1]], axis=2)
    assert (replace(toy, schema=schema, measurements=measurements).measurements[..., 0] == 0).any()
    with pytest.raises(ValueError, match=r"'f0' of sample 1 at step 0 is 4.0, which is not .* between 5.0 and 100.0"):
        replace(toy, schema=schema, measurements=_with(measurements, (1, 0, 0), 4.0))


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        (1, 3.0, "'event' of sample 4 at step 0 is 3.0, which is not the code of a value, a whole number from 0 to 2"),
        (1, -1.0, "'event' of sample 4 at step 0 is -1.0, which is not the code of a value"),
        (1, 0.5, "'event' of sample 4 at step 0 is 0.5, which is not the code of a value"),
        (1, np.nan, "'event' of sample 4 at step 0 is nan, which is not the code of a value"),
        (1, np.inf, "'event' of sample 4 at step 0 is inf, which is not the code of a value"),
        (2, 0.5, "'jobs' of sample 4 at step 0 is 0.5, which is not a whole number: round it, or leave `integer` out"),
        (2, -1.0, "'jobs' of sample 4 at step 0 is -1.0, which is not a finite number between 0.0 and inf"),
        (2, np.nan, "'jobs' of sample 4 at step 0 is nan, which is not a finite number between 0.0 and inf"),
    ],
)
def test_codes_and_counts_that_are_none(mixed: TimeSeriesDataset, column: int, value: float, told: str) -> None:
    with pytest.raises(ValueError) as caught:
        replace(mixed, measurements=_with(mixed.measurements, (4, 0, column), value))
    assert str(caught.value).startswith(f"mixed: {told}")


def test_a_code_past_the_length_is_refused(mixed: TimeSeriesDataset) -> None:
    sample = int(mixed.lengths.argmin())
    changed = _with(mixed.measurements, (sample, 5, 1), 2.0)
    with pytest.raises(ValueError, match=f"'event' of sample {sample} at step 5 is 2.0, which lies past the sample's"):
        replace(mixed, measurements=changed)


def test_a_count_of_the_metadata_is_whole(mixed: TimeSeriesDataset) -> None:
    with pytest.raises(ValueError, match=r"mixed: 'tasks' of sample 3 is 1.5, which is not a whole number: round it"):
        replace(mixed, metadata=_cell(mixed, "tasks", 3, 1.5))
    with pytest.raises(ValueError, match=r"mixed: 'tasks' of sample 3 is nan, which is not a finite number"):
        replace(mixed, metadata=_cell(mixed, "tasks", 3, np.nan))


def test_counts_and_categories_come_back_from_a_folder(mixed: TimeSeriesDataset, tmp_path: Path) -> None:
    mixed.save(tmp_path)
    loaded = TimeSeriesDataset.load(tmp_path)
    assert loaded.fingerprint == mixed.fingerprint and loaded.schema == mixed.schema
    assert set(np.unique(loaded.measurement("event"))) == {0, 1, 2}


def test_numbers_alone(mixed: TimeSeriesDataset, toy: TimeSeriesDataset) -> None:
    numbers = mixed.only_numeric()
    assert [field.name for field in numbers.schema.measurements] == ["load", "jobs"]
    np.testing.assert_array_equal(numbers.measurements, mixed.measurements[:, :, [0, 2]])
    assert toy.only_numeric().fingerprint == toy.fingerprint


def test_the_fingerprint_of_numbers_is_what_it_always_was() -> None:
    """Worked out before there were counts and categories: stored results name their data by it."""
    schema = Schema("two", (Categorical("kind", ("a", "b")), Continuous("size")), (Continuous("f", low=0.0),), 2)
    metadata = pd.DataFrame({"kind": ["a", "b"], "size": [1.5, 2.0]})
    series = np.array([[[1], [2]], [[3], [0]]], np.float32)
    assert TimeSeriesDataset(schema, metadata, series, np.array([2, 1])).fingerprint == "138a859460ddee6c"


def test_active_marks_the_records(make) -> None:
    dataset = make(n=2, t=3).take(np.array([0]))
    dataset = replace(dataset, measurements=np.zeros((1, 3, 2), np.float32), lengths=np.array([2]))
    assert dataset.active.tolist() == [[True, True, False]]


def test_measurement_by_name(toy: TimeSeriesDataset) -> None:
    np.testing.assert_array_equal(toy.measurement("f1"), toy.measurements[..., 1])
    with pytest.raises(KeyError, match=r"no measurement 'views'; it has \['f0', 'f1'\]"):
        toy.measurement("views")


def test_take_keeps_the_order_of_its_index(toy: TimeSeriesDataset) -> None:
    taken = toy.take(np.array([5, 5, 2]))
    assert ids(taken) == [ids(toy)[5], ids(toy)[5], ids(toy)[2]]
    np.testing.assert_array_equal(taken.measurements, toy.measurements[[5, 5, 2]])
    np.testing.assert_array_equal(taken.lengths, toy.lengths[[5, 5, 2]])
    assert ids(toy.take(toy.lengths > 3)) == [i for i, length in zip(ids(toy), toy.lengths, strict=True) if length > 3]


def test_where_selects_by_every_value(toy: TimeSeriesDataset) -> None:
    chosen = toy.where(kind="b")
    assert set(chosen.metadata["kind"]) == {"b"} and len(chosen) == (toy.metadata["kind"] == "b").sum()
    assert ids(toy.where(kind=toy.metadata["kind"][7], size=ids(toy)[7])) == [ids(toy)[7]]
    with pytest.raises(KeyError, match=r"no metadata \['colour'\]; it has \['kind', 'size'\]"):
        toy.where(colour="red")


def test_split_is_disjoint_complete_and_seeded(toy: TimeSeriesDataset) -> None:
    a, b, c = toy.split(0.5, 0.3, 0.2, seed=1)
    assert sorted(ids(a) + ids(b) + ids(c)) == sorted(ids(toy))
    assert [len(part) for part in (a, b, c)] == [12, 7, 5]
    assert ids(a) == ids(toy.split(0.5, 0.3, 0.2, seed=1)[0]) != ids(toy.split(0.5, 0.3, 0.2, seed=2)[0])
    assert ids(a) != sorted(ids(a))
    assert len(toy.split(0.25, seed=0)[0]) == 6


@pytest.mark.parametrize("fractions", [(), (0.5, 0.6), (0.5, 0.0), (-0.1,)])
def test_fractions_that_are_none_are_refused(toy: TimeSeriesDataset, fractions: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="fractions must be positive and sum to at most 1"):
        toy.split(*fractions, seed=0)


def test_concatenate_undoes_a_split_in_order(toy: TimeSeriesDataset) -> None:
    parts = [toy.take(slice(0, 10)), toy.take(slice(10, 24))]
    assert concatenate(parts).fingerprint == toy.fingerprint
    with pytest.raises(ValueError, match="one schema"):
        concatenate([toy, toy.without_metadata()])


def test_the_fingerprint_sees_every_part(toy: TimeSeriesDataset) -> None:
    longer = int(toy.lengths.argmin())
    kind = Categorical("kind", ("a", "b", "c", "d"))
    others = [
        replace(toy, schema=replace(toy.schema, name="other")),
        replace(toy, schema=replace(toy.schema, metadata=(kind, toy.schema.metadata[1]))),
        replace(toy, metadata=_cell(toy, "kind", 0, "a" if toy.metadata["kind"][0] != "a" else "b")),
        replace(toy, metadata=_cell(toy, "size", 0, np.nextafter(ids(toy)[0], 99))),
        replace(toy, measurements=_with(toy.measurements, (0, 0, 0), np.nextafter(toy.measurements[0, 0, 0], 99))),
        replace(toy, lengths=_with(toy.lengths, longer, toy.lengths[longer] + 1)),
        toy.take(np.arange(24)[::-1]),
    ]
    prints = [other.fingerprint for other in others]
    assert len({toy.fingerprint, *prints}) == len(others) + 1
    assert replace(toy).fingerprint == toy.fingerprint


@pytest.mark.parametrize("bare", [False, True])
def test_a_saved_dataset_comes_back_equal_and_unpickled(toy: TimeSeriesDataset, tmp_path: Path, bare: bool) -> None:
    dataset = toy.without_metadata() if bare else toy
    dataset.save(tmp_path / "toy")
    loaded = TimeSeriesDataset.load(tmp_path / "toy")
    assert loaded.fingerprint == dataset.fingerprint and loaded.schema == dataset.schema
    pd.testing.assert_frame_equal(loaded.metadata, dataset.metadata)
    files = {file.name for file in (tmp_path / "toy").iterdir()}
    assert files == {"schema.json", "metadata.parquet", "measurements.npy", "lengths.npy"}
    assert isinstance(loaded.measurements, np.memmap) or isinstance(loaded.measurements.base, np.memmap)


@pytest.mark.parametrize("name", ["schema.json", "metadata.parquet", "measurements.npy", "lengths.npy"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
def test_a_damaged_folder_is_named(toy: TimeSeriesDataset, tmp_path: Path, name: str, damage: str) -> None:
    toy.save(tmp_path)
    file = tmp_path / name
    match damage:
        case "missing":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "cut":
            file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(ValueError, match=f"{tmp_path} does not hold a whole dataset"):
        TimeSeriesDataset.load(tmp_path)


def test_numbers_that_were_pickled_are_not_read(toy: TimeSeriesDataset, tmp_path: Path) -> None:
    toy.save(tmp_path)
    np.save(tmp_path / "lengths.npy", toy.lengths.astype(object), allow_pickle=True)
    with pytest.raises(ValueError, match="does not hold a whole dataset"):
        TimeSeriesDataset.load(tmp_path)


def test_a_schema_of_the_file_is_the_schema_of_the_data(toy: TimeSeriesDataset, tmp_path: Path) -> None:
    toy.save(tmp_path)
    other = Schema("other", toy.schema.metadata, toy.schema.measurements[:1], 7)
    (tmp_path / "schema.json").write_text(other.to_json())
    with pytest.raises(ValueError, match=r"measurements have shape \(24, 7, 2\)"):
        TimeSeriesDataset.load(tmp_path)


def _npy(header: bytes, data: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


def _saved(array: object) -> bytes:
    np.save(file := io.BytesIO(), np.asarray(array), allow_pickle=True)
    return file.getvalue()


DESCRIBED = b"{'descr': '<f4', 'fortran_order': False, 'shape': %s}"
ARRAYS = {
    "a declared shape of 10¹²": _npy(DESCRIBED % b"(1000000000000, 7, 2)"),
    "a declared shape that overflows": _npy(DESCRIBED % b"(4611686018427387904, 7, 2)"),
    "a negative shape": _npy(DESCRIBED % b"(-24, -7, 2)", bytes(24 * 7 * 2 * 4)),
    "a header nested deep": _npy(b"(" * 9_000),
    "a header that is code": _npy(b"__import__('os').system('false')"),
    "no header": b"",
    "a pickle": b"\x80\x04N.",
    "objects": _saved(np.array([[[{}]]], dtype=object)),
    "texts": _saved([[["a"]]]),
    "complex numbers": _saved(np.zeros((24, 7, 2), complex)),
    "truth values": _saved(np.zeros((24, 7, 2), bool)),
    "records": _saved(np.zeros((24, 7, 2), [("a", "f4")])),
    "no steps": _saved(np.zeros((24, 0, 2), np.float32)),
    "one number": _saved(np.float32(3)),
    "more bytes than the header says": _saved(np.zeros((24, 7, 2), np.float32)) + b"0",
}


@pytest.mark.parametrize("name", ["measurements.npy", "lengths.npy"])
@pytest.mark.parametrize("kind", ARRAYS)
def test_an_array_that_save_has_not_written(toy: TimeSeriesDataset, tmp_path: Path, name: str, kind: str) -> None:
    toy.save(tmp_path)
    (tmp_path / name).write_bytes(ARRAYS[kind])
    said = refused_or_read(lambda: TimeSeriesDataset.load(tmp_path), megabytes=100)
    assert said is not None and said.startswith(f"{tmp_path} does not hold a whole dataset: ")
    assert name in said or "measurements have shape" in said


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda frame: frame.assign(kind=[["a"]] * 24), "'kind' is list<element: string>, and should be text"),
        (lambda frame: frame.assign(kind=range(24)), "'kind' is int64, and should be text"),
        (lambda frame: frame.assign(size="3"), "and should be numbers"),
        (
            lambda frame: frame.assign(more=1),
            "its columns are ['kind', 'size', 'more'], the schema has ['kind', 'size']",
        ),
        (lambda frame: frame[["kind"]], "its columns are ['kind'], the schema has ['kind', 'size']"),
        (lambda frame: frame.iloc[:5], "it has 5 rows, and lengths.npy has 24"),
        (lambda frame: frame.assign(size=np.nan), "'size' of sample 0 is np.float64(nan), which is not"),
    ],
)
def test_a_table_that_save_has_not_written(toy: TimeSeriesDataset, tmp_path: Path, make, told: str) -> None:
    toy.save(tmp_path)
    make(toy.metadata.astype({"kind": str})).to_parquet(tmp_path / "metadata.parquet", index=False)
    with pytest.raises(ValueError) as caught:
        TimeSeriesDataset.load(tmp_path)
    assert told in str(caught.value) and str(caught.value).startswith(f"{tmp_path} does not hold a whole dataset: ")


@pytest.mark.parametrize(
    "content", [b"PAR1", b"PAR1" + bytes(1000) + b"PAR1", b"PAR1\xff\xff\xff\x7fPAR1", bytes(9999)]
)
def test_a_table_that_is_garbage(toy: TimeSeriesDataset, tmp_path: Path, content: bytes) -> None:
    toy.save(tmp_path)
    (tmp_path / "metadata.parquet").write_bytes(content)
    with pytest.raises(ValueError, match=r"does not hold a whole dataset: metadata.parquet: "):
        TimeSeriesDataset.load(tmp_path)


@pytest.mark.parametrize("name", ["schema.json", "metadata.parquet", "measurements.npy", "lengths.npy"])
def test_only_regular_files_are_read(toy: TimeSeriesDataset, tmp_path: Path, name: str) -> None:
    toy.save(tmp_path)
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(ValueError, match=f"{name} is a pipe, a socket or a device; name a regular file"):
        TimeSeriesDataset.load(tmp_path)
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    with pytest.raises(ValueError, match=f"{name} is a folder; name a regular file"):
        TimeSeriesDataset.load(tmp_path)


def test_a_schema_nested_99_999_deep(toy: TimeSeriesDataset, tmp_path: Path) -> None:
    toy.save(tmp_path)
    (tmp_path / "schema.json").write_text("[" * 99_999 + "]" * 99_999)
    with pytest.raises(ValueError, match=r"does not hold a whole dataset: schema.json: it is not a schema"):
        TimeSeriesDataset.load(tmp_path)


def test_an_empty_dataset_comes_back(toy: TimeSeriesDataset, tmp_path: Path) -> None:
    toy.take(slice(0, 0)).save(tmp_path)
    assert len(TimeSeriesDataset.load(tmp_path)) == 0


def test_lengths_are_whole_numbers(toy: TimeSeriesDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TimeSeriesDataset, "__init__", inspect.unwrap(TimeSeriesDataset.__init__))  # types unchecked
    assert replace(toy, lengths=toy.lengths.astype(float)).fingerprint == toy.fingerprint
    with pytest.raises(ValueError, match=r"toy: sample 4 has length 1.5, which is not a whole number"):
        replace(toy, lengths=_with(toy.lengths.astype(float), 4, 1.5))


def _with(array: np.ndarray, where: int | tuple[int, ...], value: float) -> np.ndarray:
    changed = array.copy()
    changed[where] = value
    return changed


def _cell(dataset: TimeSeriesDataset, column: str, row: int, value: object) -> pd.DataFrame:
    changed = dataset.metadata.astype(object)
    changed.loc[row, column] = value
    return changed
