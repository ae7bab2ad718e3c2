from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dg import Categorical, Continuous, Schema, TimeSeriesDataset
from dg.datasets.released import Output, read, read_schema, write


def made(n: int = 6, t: int = 5, seed: int = 0, scale: float = 1e3) -> TimeSeriesDataset:
    rng = np.random.default_rng(seed)
    schema = Schema(
        "toy",
        (Categorical("kind", ("a", "b", "c")), Continuous("size")),
        (Continuous("up", low=0.0), Continuous("change"), Continuous("nothing")),
        t,
        "1 hour",
    )
    lengths = rng.integers(1, t + 1, n)
    series = np.stack([rng.random((n, t)) * scale, rng.normal(size=(n, t)) / scale, np.zeros((n, t))], axis=2)
    series = np.where((np.arange(t) < lengths[:, None])[:, :, None], series, 0)
    metadata = pd.DataFrame({"kind": rng.choice([*"abc"], n), "size": rng.normal(size=n) * scale})
    return TimeSeriesDataset(schema, metadata, series.astype(np.float32), lengths)


@pytest.mark.slow
@given(seed=st.integers(0, 99), n=st.integers(1, 5), scale=st.sampled_from([1e-12, 1.0, 3e7]))
def test_what_was_written_is_read_back_equal(tmp_path_factory, seed: int, n: int, scale: float) -> None:
    folder = tmp_path_factory.mktemp("released")
    data = made(n, seed=seed, scale=scale)
    write(data, folder)
    again = read(folder)
    assert again.schema == data.schema and again.measurements.tobytes() == data.measurements.tobytes()
    assert again.fingerprint == data.fingerprint
    stored = np.load(folder / "data_train.npz", allow_pickle=False)
    assert np.abs(stored["data_feature"]).max() <= 1 and stored["data_feature"][:, :, 0].min() >= 0


@pytest.mark.parametrize("with_range", [True, False])
def test_counts_and_categories_are_read_back_equal(mixed: TimeSeriesDataset, tmp_path, with_range: bool) -> None:
    """An event fills three columns, one-hot within a series and zero past it."""
    numbers = mixed.take(np.arange(10))
    write(numbers, tmp_path)
    again = read(tmp_path)
    assert again.schema == numbers.schema and again.fingerprint == numbers.fingerprint
    arrays = dict(np.load(tmp_path / "data_train.npz"))
    assert arrays["data_feature"].shape == (10, 7, 5)
    np.testing.assert_array_equal(arrays["data_feature"][..., 1:4].sum(axis=2), numbers.active)
    assert arrays["data_feature_min"][1:4].tolist() == [0] * 3 and arrays["data_feature_max"][1:4].tolist() == [1] * 3
    if not with_range:
        for end in ("min", "max"):
            del arrays[f"data_feature_{end}"]
        np.savez(tmp_path / "data_train.npz", **(arrays | {"data_feature": np.rint(arrays["data_feature"])}))
        np.testing.assert_array_equal(read(tmp_path).measurement("event"), numbers.measurement("event"))


def _authors(*fields: Output) -> bytes:
    """A list as the authors pickled theirs, by Python 2."""
    text = "(lp0\n"
    for width, kind, normalization in fields:
        written = "N" if normalization is None else f"S'{normalization}'\n"
        text += "ccopy_reg\n_reconstructor\n(coutput\nOutput\nc__builtin__\nobject\nNtR"
        text += f"(dS'dim'\nI{width}\nsS'type_'\nS'{kind}'\nsS'normalization'\n{written}sba"
    return f"{text}.".encode()


def test_what_the_authors_call_discrete_is_categorical(mixed: TimeSeriesDataset, tmp_path) -> None:
    write(mixed, tmp_path)
    (tmp_path / "schema.json").unlink()
    number = Output(1, "CONTINUOUS", "MINUSONE_ONE")
    (tmp_path / "data_feature_output.pkl").write_bytes(_authors(number, Output(3, "DISCRETE", None), number))
    (tmp_path / "data_attribute_output.pkl").write_bytes(_authors(Output(2, "DISCRETE", None), number))
    again = read(tmp_path)
    assert again.schema.measurements == (
        Continuous("measurement 1"),
        Categorical("measurement 2", ("0", "1", "2")),
        Continuous("measurement 3"),
    )
    np.testing.assert_array_equal(again.measurement("measurement 2"), mixed.measurement("event"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ([0, 0, 0], "'event' of sample 2 at step 0 is not one-hot in data_feature; set one column to 1"),
        ([1, 1, 0], "'event' of sample 2 at step 0 is not one-hot in data_feature"),
        ([0.4, 0.5, 0.1], "'event' of sample 2 at step 0 is not one-hot in data_feature"),
    ],
)
def test_a_record_that_is_not_one_hot_is_named(mixed: TimeSeriesDataset, tmp_path, change, message: str) -> None:
    write(mixed, tmp_path)
    arrays = dict(np.load(tmp_path / "data_train.npz"))
    arrays["data_feature"][2, 0, 1:4] = change
    np.savez(tmp_path / "data_train.npz", **arrays)
    with pytest.raises(ValueError, match=f"data_train.npz: {message}"):
        read(tmp_path)


def test_a_category_without_a_column_for_each_value_is_refused(mixed: TimeSeriesDataset, tmp_path) -> None:
    write(mixed, tmp_path)
    arrays = dict(np.load(tmp_path / "data_train.npz"))
    np.savez(tmp_path / "data_train.npz", **(arrays | {"data_feature": arrays["data_feature"][..., :3]}))
    with pytest.raises(ValueError, match=r"\(24, 7, 3\), the schema has 5 measurements, one for each value of a categ"):
        read(tmp_path)


def test_no_metadata(tmp_path) -> None:
    data = made().without_metadata()
    write(data, tmp_path)
    assert read(tmp_path).fingerprint == data.fingerprint


def test_the_papers_own_mba_file(shared_data: Path) -> None:
    """600 homes; the shares of technologies and the two-week totals in GB are those that its finders counted."""
    data = read(shared_data / "mba")
    assert [len(field.values) for field in data.schema.metadata] == [15, 5, 53]
    assert data.measurements.shape == (600, 56, 2) and (data.lengths == 56).all()
    stored = np.load(shared_data / "mba" / "data_train.npz")
    low, high = stored["data_feature_min"].astype(float), stored["data_feature_max"].astype(float)
    np.testing.assert_allclose(data.measurements, stored["data_feature"] * (high - low) + low, rtol=1e-5)
    technology = data.metadata["attribute 2"].astype(str)
    assert set(technology) == {"0", "1", "3", "4"}
    assert data.measurement("measurement 2").max() <= 1
    dsl = data.measurement("measurement 1")[(technology == "0").to_numpy()].sum(axis=1).mean()
    cable = data.measurement("measurement 1")[(technology == "3").to_numpy()].sum(axis=1).mean()
    assert 5e9 < dsl < 12e9 < 17e9 < cable < 27e9


def test_the_authors_schemas_of_both_protocols(shared_data: Path) -> None:
    assert read_schema(shared_data / "mba" / "data_attribute_output.pkl") == [
        Output(width, "DISCRETE", None) for width in (15, 5, 53)
    ]
    assert read_schema(shared_data / "mba" / "data_feature_output.pkl") == 2 * [Output(1, "CONTINUOUS", "ZERO_ONE")]
    gcut = shared_data / "gcut" / "doppelganger_schema"
    assert read_schema(gcut / "data_attribute_output.pkl") == [Output(4, "DISCRETE", None)]
    assert sum(output.width for output in read_schema(gcut / "data_feature_output.pkl")) == 9


class Hostile:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self):
        return Path.mkdir, (self.folder,)


HOSTILE = [
    b"cos\nsystem\n(S'touch owned'\ntR.",
    b'cbuiltins\neval\n(S\'open("owned", "w")\'\ntR.',
    b"coutput\nOutput.__init__.__globals__\n.",
    b"(lp0\nccopy_reg\n_reconstructor\n(c__builtin__\nobject\nc__builtin__\nobject\nNtRa.",
    b"\x80\x04\x8c\x02os\x8c\x06system\x93.",
    b"(i__main__\nowned\n.",
    b"I1\n.",
    b"(lp0\n",
    b"(lp4000000000\n.",
    b"(lp99999999999999999999\n.",
    b"(lr\xff\xff\xff\x7f.",
    b"not a pickle",
    b"",
]


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_schema_is_refused_and_does_nothing(content: bytes, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data_feature_output.pkl").write_bytes(content)
    with pytest.raises(ValueError, match=r"data_feature_output.pkl: is not a schema .*schema.json"):
        read_schema(tmp_path / "data_feature_output.pkl")
    assert [file.name for file in tmp_path.iterdir()] == ["data_feature_output.pkl"]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_protocol_reaches_the_disk(protocol: int, tmp_path) -> None:
    file = tmp_path / "data_feature_output.pkl"
    file.write_bytes(pickle.dumps([Hostile(tmp_path / "owned")], protocol))
    with pytest.raises(ValueError, match="not a schema"):
        read_schema(file)
    assert not (tmp_path / "owned").exists()


def one_hot_twice(a: dict) -> None:
    a["data_attribute"][2, :3] = [1, 1, 0]


def flags_go_on(a: dict) -> None:
    a["data_gen_flag"][3] = [1, 0, 1, 0, 0]


def never_begins(a: dict) -> None:
    a["data_gen_flag"][1] = 0


def out_of_range(a: dict) -> None:
    a["data_feature"][4, 0, 0] = 1.5


def no_range(a: dict) -> None:
    a["data_feature_max"][0] = 0


def not_finite(a: dict) -> None:
    a["data_feature"][0, 1, 2] = np.nan


def objects(a: dict) -> None:
    a["data_attribute"] = a["data_attribute"].astype(object)


def words(a: dict) -> None:
    a["data_attribute"] = a["data_attribute"].astype(str)


def flat(a: dict) -> None:
    a["data_feature"] = a["data_feature"].ravel()


def a_minimum_less(a: dict) -> None:
    a["data_feature_min"] = a["data_feature_min"][1:]


def an_end_more(a: dict) -> None:
    a["data_attribute_max"] = np.ones(2)


def no_flags(a: dict) -> None:
    del a["data_gen_flag"]


def a_column_less(a: dict) -> None:
    a["data_attribute"] = a["data_attribute"][:, 1:]


def a_measurement_less(a: dict) -> None:
    a["data_feature"] = a["data_feature"][:, :, 1:]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (one_hot_twice, "'kind' of sample 2 is not one-hot"),
        (flags_go_on, "data_gen_flag of sample 3 must be 1 from the first record to the last"),
        (never_begins, "data_gen_flag of sample 1 must be 1"),
        (out_of_range, "sample 4 at step 0, column 0 is 1.5, outside the range"),
        (no_range, "are not the ends of any range"),
        (not_finite, "sample 0 at step 1, column 2 is not finite"),
        (objects, "data_attribute is an array of Python objects"),
        (words, "data_attribute does not hold numbers"),
        (flat, r"data_feature has shape \(90,\), the schema has 3 measurements"),
        (a_minimum_less, "are not the ends of any range; correct them"),
        (an_end_more, r"data_attribute_max has shape \(2,\), not one number for each of \['size'\]"),
        (no_flags, "has no data_gen_flag; it has data_attribute"),
        (a_column_less, r"data_attribute has shape \(6, 3\), the schema's fields take \[3, 1\] columns"),
        (a_measurement_less, "the schema has 3 measurements"),
    ],
)
def test_arrays_that_contradict_each_other_are_refused(damage, message: str, tmp_path) -> None:
    write(made(), tmp_path)
    file = tmp_path / "data_train.npz"
    with np.load(file) as archive:
        arrays = dict(archive)
    damage(arrays)
    np.savez(file, **arrays)
    with pytest.raises(ValueError, match=f"data_train.npz.*{message}"):
        read(tmp_path)


def test_without_minima_and_maxima_values_are_as_they_are(tmp_path) -> None:
    data = made()
    write(data, tmp_path)
    with np.load(tmp_path / "data_train.npz") as archive:
        arrays = {name: archive[name] for name in archive.files if not name.startswith("data_feature_m")}
    np.savez(tmp_path / "data_train.npz", **arrays)
    np.testing.assert_allclose(read(tmp_path).measurements, arrays["data_feature"], rtol=1e-6)


def no_steps(a: dict) -> None:
    a["data_feature"], a["data_gen_flag"] = a["data_feature"][:, :0], a["data_gen_flag"][:, :0]


def no_samples(a: dict) -> None:
    for name in ("data_feature", "data_gen_flag", "data_attribute"):
        a[name] = a[name][:0]


def an_endless_range(a: dict) -> None:
    a["data_feature_max"][0] = np.inf


def a_size_that_is_none(a: dict) -> None:
    a["data_attribute"][3, 3] = np.nan


def too_large_for_float32(a: dict) -> None:
    a["data_feature_max"][0] = 1e300


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (no_steps, r"data_feature has shape \(6, 0, 3\)"),
        (no_samples, r"data_feature has shape \(0, 5, 3\)"),
        (an_endless_range, "are not the ends of any range"),
        (a_size_that_is_none, "'size' of sample 3 is .*nan.*, which is not a finite number"),
        (too_large_for_float32, "'up' of sample 0 at step 0 is inf"),
    ],
)
def test_what_is_no_dataset_names_its_file(damage, message: str, tmp_path) -> None:
    test_arrays_that_contradict_each_other_are_refused(damage, message, tmp_path)


SCHEMAS = [
    "[" * 99_999,
    "[]",
    "{}",
    "null",
    "\xff",
    '{"name": 1}',
    '{"metadata": ["ab"]}',
    '{"name": "x", "metadata": 3}',
]


@pytest.mark.parametrize("text", SCHEMAS, ids=range(len(SCHEMAS)))
def test_a_schema_that_is_none_is_named(text: str, tmp_path) -> None:
    write(made(), tmp_path)
    (tmp_path / "schema.json").write_text(text, encoding="latin-1")
    with pytest.raises(ValueError, match=r"schema\.json: cannot be read .*; write it with Schema.to_json"):
        read(tmp_path)


@pytest.mark.parametrize("width", [2_000_000_000, 500_000, True, "3"])
def test_a_pickled_width_takes_no_memory(width, tmp_path) -> None:
    """Of two billion names; and of as many as a schema may have, where the array has fewer."""
    write(made(), tmp_path)
    (tmp_path / "schema.json").unlink()
    value = f"I{width}" if isinstance(width, int) and width is not True else "I01" if width is True else f"S'{width}'"
    field = f"(ioutput\nOutput\np1\n(dp2\nS'dim'\n{value}\nsS'type_'\nS'DISCRETE'\nsS'normalization'\nNsba."
    field = field.replace(
        "(ioutput\nOutput\n", "ccopy_reg\n_reconstructor\n(coutput\nOutput\nc__builtin__\nobject\nNtR"
    )
    for side in ("attribute", "feature"):
        (tmp_path / f"data_{side}_output.pkl").write_bytes(f"(lp0\n{field}".encode())
    with pytest.raises(ValueError, match=r"has width|the schema has 500000 columns"):
        read(tmp_path)


def test_a_pickled_schema_of_other_data_is_refused(tmp_path) -> None:
    """A schema of no field beside an npz and a schema.json of three measurements."""
    write(made(), tmp_path)
    for side in ("attribute", "feature"):
        (tmp_path / f"data_{side}_output.pkl").write_bytes(pickle.dumps([], 0))
    with pytest.raises(ValueError, match=r"data_train.npz.*the schema has 3 or 0 measurements"):
        read(tmp_path)


def test_a_file_that_is_cut_off_is_named(tmp_path) -> None:
    write(made(), tmp_path)
    file = tmp_path / "data_train.npz"
    file.write_bytes(file.read_bytes()[:300])
    with pytest.raises(ValueError, match=r"data_train.npz: cannot be read.*fetch it anew"):
        read(tmp_path)


def test_without_a_schema_it_says_so(tmp_path) -> None:
    write(made(), tmp_path)
    (tmp_path / "schema.json").unlink()
    with pytest.raises(ValueError, match=r"has no schema: neither schema.json nor data_feature_output.pkl"):
        read(tmp_path)
