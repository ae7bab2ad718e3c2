"""decode(encode(x)) == x, for every option and for series that are constant, zero or of one record."""

from __future__ import annotations

import inspect
import json
import resource
from collections import UserList
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dg import Categorical, Continuous, Encoder, Schema, TimeSeriesDataset
from dg.encoding import Encoded
from dg.encoding.transforms import Scale

# beartype looks at a random element of a list.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")
# Encoded values are float32 numbers of size 1, so a decoded one is off by a few of its last places (2⁻²⁴ of the
# field's range each); with log, by as much of log(1 + x), that is of 1 + x.
TRUTH_OR_NAMES = "Input should be a valid boolean or a list of measurements"
PLACES = 16 * 2.0**-24


@st.composite
def datasets(draw: st.DrawFn) -> TimeSeriesDataset:
    n, t, k = draw(st.integers(1, 6)), draw(st.integers(1, 5)), draw(st.integers(1, 3))
    lengths = draw(arrays.arrays(np.int64, n, elements=st.integers(1, t)))
    values = st.floats(0, 1e6, width=32, allow_subnormal=False)
    series = draw(arrays.arrays(np.float32, (n, t, k), elements=values))
    shape = draw(arrays.arrays(np.int8, (n, k), elements=st.sampled_from([0, 1, 2, 2])))
    constant = np.broadcast_to(series[:, :1], series.shape)
    series = np.choose(shape[:, None], [np.zeros_like(series), constant, series])
    series = np.where((np.arange(t) < lengths[:, None])[..., None], series, 0).astype(np.float32)
    metadata = {
        "kind": draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n)),
        "only": ["one"] * n,
        "size": draw(st.lists(st.floats(0, 1e6), min_size=n, max_size=n)),
    }
    fields = (Categorical("kind", ("a", "b", "c")), Categorical("only", ("one",)), Continuous("size"))
    measurements: list[Categorical | Continuous] = [Continuous(f"f{i}", low=0.0) for i in range(k)]
    if draw(st.booleans()):  # counts and a category, before, between or after the numbers
        further = draw(arrays.arrays(np.int64, (n, t, 2), elements=st.integers(0, 3))) * [10_007, 1]
        further = np.where((np.arange(t) < lengths[:, None])[..., None], further, 0)
        for number, field in enumerate((Continuous("count", integer=True), Categorical("event", tuple("abcd")))):
            at = draw(st.integers(0, len(measurements)))
            measurements.insert(at, field)
            series = np.insert(series, at, further[:, :, number].astype(np.float32), axis=2)
    schema = Schema("drawn", fields, tuple(measurements), t)
    dataset = TimeSeriesDataset(schema, pd.DataFrame(metadata), series, lengths)
    return dataset.without_metadata() if draw(st.booleans()) else dataset


@given(
    dataset=datasets(),
    auto_normalize=st.sampled_from([True, False, ["f0"], ["count", "f0"]]),
    range=st.sampled_from([(-1.0, 1.0), (0.0, 1.0)]),
    log=st.booleans(),
)
def test_decode_undoes_encode(
    dataset: TimeSeriesDataset, auto_normalize: bool | list[str], range: tuple[float, float], log: bool
) -> None:
    names = [field.name for field in (*dataset.schema.metadata, *dataset.schema.measurements)]
    logs = [name for name in names if name not in ("kind", "only", "event")] if log else []
    if isinstance(auto_normalize, list):
        auto_normalize = [name for name in auto_normalize if name in names]
    encoder = Encoder.fit(dataset, auto_normalize=auto_normalize, range=range, log=logs)
    encoded = encoder.encode(dataset)
    _lies_within(encoded, range)
    decoded = encoder.decode(encoded)

    assert decoded.schema == dataset.schema
    np.testing.assert_array_equal(decoded.lengths, dataset.lengths)
    for name in dataset.metadata.columns:
        if name == "size":
            _close(decoded.metadata[name].to_numpy(), dataset.metadata[name].to_numpy(), log)
        else:
            assert decoded.metadata[name].tolist() == dataset.metadata[name].tolist()
    for field in dataset.schema.measurements:
        if isinstance(field, Categorical) or field.integer:
            np.testing.assert_array_equal(decoded.measurement(field.name), dataset.measurement(field.name))
        else:
            _close(decoded.measurement(field.name), dataset.measurement(field.name), log, where=dataset.active)


def _lies_within(encoded: Encoded, range: tuple[float, float]) -> None:
    low, high = range
    margin = 1e-4 + 1e-6
    for part in (encoded.metadata, encoded.measurements, encoded.minmax):
        if part.numel():
            assert part.min() >= min(low, 0) - margin and part.max() <= high + margin
    assert all(part.dtype == torch.float32 for part in (encoded.metadata, encoded.minmax, encoded.measurements))


def _close(actual: np.ndarray, expected: np.ndarray, log: bool, where: np.ndarray | None = None) -> None:
    chosen = slice(None) if where is None else where
    actual, expected = actual.astype(np.float64)[chosen], expected.astype(np.float64)[chosen]
    if log:
        spread = np.ptp(np.log1p(expected)) + np.log1p(expected).max()
        tolerance = PLACES * spread * (1 + expected) * 2
    else:
        tolerance = PLACES * (np.ptp(expected) + np.abs(expected).max())
    assert (np.abs(actual - expected) <= tolerance + 1e-12).all()


@pytest.mark.parametrize("auto_normalize", [True, False])
def test_the_padding_is_zero_in_tensors_as_in_datasets(toy: TimeSeriesDataset, auto_normalize: bool) -> None:
    encoder = Encoder.fit(toy, auto_normalize=auto_normalize)
    encoded = encoder.encode(toy)
    assert (encoded.measurements.numpy()[~toy.active] == 0).all()
    garbage = replace(
        encoded, measurements=torch.where(torch.from_numpy(toy.active)[..., None], encoded.measurements, 9)
    )
    np.testing.assert_array_equal(encoder.decode(garbage).measurements, encoder.decode(encoded).measurements)


def test_scales_are_learnt_from_training_data_alone(toy: TimeSeriesDataset) -> None:
    """Another dataset is encoded by the scale of the training data, and may lie outside its range."""
    train, test = toy.take(slice(0, 12)), replace(toy.take(slice(12, 24)), measurements=2 * toy.measurements[12:])
    encoder = Encoder.fit(train, auto_normalize=False)
    records = train.measurement("f0")[train.active]
    assert (encoder.scales["f0"].low, encoder.scales["f0"].high) == (records.min(), records.max())
    assert encoder == Encoder.fit(train, auto_normalize=False)
    encoder.encode(train)
    assert encoder == Encoder.fit(train, auto_normalize=False)
    assert encoder.encode(test).measurements.max() > 1


def test_the_padding_does_not_move_a_scale(make) -> None:
    """Every record is above 0; the zeros of the padding are no records."""
    toy = make()
    positive = replace(toy, measurements=np.where(toy.active[..., None], 5 + np.abs(toy.measurements), 0))
    assert Encoder.fit(positive).scales["f0"].low > 5


def test_categories_are_one_hot_in_the_order_of_the_schema(toy: TimeSeriesDataset) -> None:
    encoded = Encoder.fit(toy).encode(toy).metadata[:, :3].numpy()
    expected = [[kind == value for value in "abc"] for kind in toy.metadata["kind"]]
    np.testing.assert_array_equal(encoded, expected)


def test_a_soft_category_decodes_to_its_most_probable_value(toy: TimeSeriesDataset) -> None:
    encoder = Encoder.fit(toy)
    one = encoder.encode(toy.take(slice(0, 1)))
    soft = torch.tensor([[0.2, 0.5, 0.3, 0.0]])
    assert encoder.decode(replace(one, metadata=soft)).metadata["kind"].tolist() == ["b"]


def test_what_a_generator_exaggerates_stays_within_the_schema(toy: TimeSeriesDataset) -> None:
    schema = replace(toy.schema, measurements=tuple(replace(f, low=-50.0, high=50.0) for f in toy.schema.measurements))
    encoder = Encoder.fit(replace(toy, schema=schema))
    encoded = encoder.encode(replace(toy, schema=schema))
    wild = encoder.decode(replace(encoded, measurements=encoded.measurements * 100, minmax=encoded.minmax * 100))
    for name in ("f0", "f1"):
        assert wild.measurement(name)[wild.active].max() <= toy.measurement(name)[toy.active].max()
        assert wild.measurement(name)[wild.active].min() >= toy.measurement(name)[toy.active].min()


@pytest.mark.parametrize(
    "options", [{}, {"auto_normalize": False, "range": (0.0, 1.0), "log": ["size"]}, {"auto_normalize": ["f1"]}]
)
def test_json_gives_an_equal_encoder(toy: TimeSeriesDataset, options) -> None:
    encoder = Encoder.fit(toy, **options)
    again = Encoder.from_json(encoder.to_json(), toy.schema)
    assert again == encoder
    assert torch.equal(again.encode(toy).measurements, encoder.encode(toy).measurements)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.pop("scales"),
        lambda content: content["scales"].pop("f0"),
        lambda content: content.update(range=[0, 3]),
        lambda content: content.update(surprise=1),
        lambda content: content["scales"]["f0"].pop("log"),
        lambda content: content.update(scales=[]),
    ],
)
def test_json_that_is_no_encoder_of_the_schema_is_refused(toy: TimeSeriesDataset, change) -> None:
    content = json.loads(Encoder.fit(toy).to_json())
    change(content)
    with pytest.raises(ValueError, match=r"^a file: .*(not an encoder|does not belong to the schema 'toy'|known: )"):
        Encoder.from_json(json.dumps(content), toy.schema, "a file")
    with pytest.raises(ValueError, match="not an encoder"):
        Encoder.from_json("{", toy.schema)


def test_what_cannot_be_fitted_is_refused(toy: TimeSeriesDataset) -> None:
    with pytest.raises(ValueError, match=r"range is \(0.0, 2.0\); known: \[\(0.0, 1.0\), \(-1.0, 1.0\)\]"):
        Encoder.fit(toy, range=(0.0, 2.0))
    with pytest.raises(ValueError, match=r"log names \['kind'\]; toy has the numeric fields \['size', 'f0', 'f1'\]"):
        Encoder.fit(toy, log=["kind"])
    with pytest.raises(ValueError, match="empty dataset"):
        Encoder.fit(toy.take(slice(0, 0)))
    negative = replace(toy, measurements=-toy.measurements)
    with pytest.raises(ValueError, match=r"'f0' has the negative value -.*: leave it out of `log`"):
        Encoder.fit(negative, log=["f0"])
    with pytest.raises(ValueError, match="fitted on 'toy'"):
        Encoder.fit(toy).encode(replace(toy, schema=replace(toy.schema, name="other")))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"auto_normalize": "maybe"}, f"Encoder.fit: auto_normalize: {TRUTH_OR_NAMES}, got 'maybe'"),
        ({"auto_normalize": "f0"}, f"Encoder.fit: auto_normalize: {TRUTH_OR_NAMES}, got 'f0'"),
        ({"auto_normalize": 1}, f"Encoder.fit: auto_normalize: {TRUTH_OR_NAMES}, got 1"),
        ({"auto_normalize": None}, f"Encoder.fit: auto_normalize: {TRUTH_OR_NAMES}, got None"),
        ({"auto_normalize": {"f0"}}, f"Encoder.fit: auto_normalize: {TRUTH_OR_NAMES}, got {{'f0'}}"),
        ({"auto_normalize": [1]}, "Encoder.fit: auto_normalize: names.0: Input should be a valid string, got 1"),
        (
            {"auto_normalize": ["f0", "views"]},
            "auto_normalize names ['views']; toy has the numeric measurements ['f0', 'f1']",
        ),
        ({"auto_normalize": ["size"]}, "auto_normalize names ['size']; toy has the numeric measurements ['f0', 'f1']"),
        ({"range": (0, 2)}, "Encoder.fit: range is (0, 2); known: [(0.0, 1.0), (-1.0, 1.0)]"),
        ({"range": (0, 1, 2)}, "Encoder.fit: range is (0, 1, 2); known: "),
        ({"range": ("0", "1")}, "Encoder.fit: range: 0: Input should be a valid number, got '0'"),
        ({"range": 1}, "Encoder.fit: range: Input should be "),
        ({"log": ["views"]}, "log names ['views']; toy has the numeric fields ['size', 'f0', 'f1']"),
        ({"log": "size"}, "Encoder.fit: log: "),
        ({"log": [1]}, "Encoder.fit: log: 0: Input should be a valid string, got 1"),
    ],
    ids=str,
)
def test_options_that_are_none(toy: TimeSeriesDataset, wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError) as caught:
        inspect.unwrap(Encoder.fit)(Encoder, toy, **wrong)  # without the tests' own check of types
    assert str(caught.value).startswith(told)


def test_a_sequence_of_any_kind_will_do(toy: TimeSeriesDataset) -> None:
    options = {"range": UserList([0, 1]), "log": UserList(["size"]), "auto_normalize": UserList(["f1"])}
    assert Encoder.fit(toy, **options) == Encoder.fit(toy, range=(0, 1), log=["size"], auto_normalize=["f1"])


def test_only_the_named_measurements_are_normalized(toy: TimeSeriesDataset) -> None:
    """f1 is encoded as with True and f0 as with False; the min/max are those of f1."""
    some, all_of_them, none = (Encoder.fit(toy, auto_normalize=which) for which in (["f1"], True, False))
    encoded, whole, plain = (encoder.encode(toy) for encoder in (some, all_of_them, none))
    assert torch.equal(encoded.measurements[..., 1], whole.measurements[..., 1])
    assert torch.equal(encoded.measurements[..., 0], plain.measurements[..., 0])
    assert torch.equal(encoded.minmax, whole.minmax[:, 2:]) and plain.minmax.shape == (24, 0)
    with pytest.raises(ValueError, match="fit its encoder with auto_normalize=False"):
        some.without_metadata()


def test_a_list_is_put_in_the_order_of_the_schema_and_an_empty_one_is_false(toy: TimeSeriesDataset) -> None:
    assert Encoder.fit(toy, auto_normalize=["f1", "f0", "f1"]).auto_normalize == ("f0", "f1")
    assert Encoder.fit(toy, auto_normalize=[]) == Encoder.fit(toy, auto_normalize=False)
    assert json.loads(Encoder.fit(toy, auto_normalize=["f1"]).to_json())["auto_normalize"] == ["f1"]


@pytest.mark.parametrize(("auto_normalize", "written"), [(True, "true"), (False, "false")])
def test_a_file_says_true_or_false_as_it_always_did(toy: TimeSeriesDataset, auto_normalize, written: str) -> None:
    scale = '{"low": 0.0, "high": 1.0, "log": false, "range": [-1.0, 1.0]}'
    scales = ", ".join(f'"{name}": {scale}' for name in ("size", "f0", "f1"))
    text = f'{{"scales": {{{scales}}}, "auto_normalize": {written}, "range": [-1.0, 1.0], "fixed_length": false}}'
    encoder = Encoder.from_json(text, toy.schema)
    assert encoder.auto_normalize is auto_normalize and encoder.to_json() == json.dumps(json.loads(text), indent=2)


def _two(measurements: tuple[Categorical | Continuous, ...], series: list[list[list[float]]]) -> TimeSeriesDataset:
    """Two samples, of three records and of two."""
    schema = Schema("two", (), measurements, 3)
    return TimeSeriesDataset(schema, pd.DataFrame(index=[0, 1]), np.array(series, np.float32), np.array([3, 2]))


def test_a_categorical_measurement_by_hand() -> None:
    """Codes 2, 0, 1 and 1, 2 of an event beside a load from 0 to 4: the load in one column, the event in three."""
    fields = (Categorical("event", ("idle", "run", "fail")), Continuous("load"))
    dataset = _two(fields, [[[2, 0], [0, 4], [1, 1]], [[1, 2], [2, 4], [0, 0]]])
    encoder = Encoder.fit(dataset, auto_normalize=False, range=(0, 1))
    expected = [
        [[0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 0, 0.25]],
        [[0, 1, 0, 0.5], [0, 0, 1, 1], [0, 0, 0, 0]],
    ]
    np.testing.assert_array_equal(encoder.encode(dataset).measurements, expected)
    assert list(encoder.scales) == ["load"]

    soft = torch.tensor([[[0.2, 0.5, 0.3, 0.5]] * 3, [[0.1, 0.2, 0.7, 0.25]] * 3])
    decoded = encoder.decode(replace(encoder.encode(dataset), measurements=soft))
    np.testing.assert_array_equal(decoded.measurement("event"), [[1, 1, 1], [2, 2, 0]])
    np.testing.assert_array_equal(decoded.measurement("load"), [[2, 2, 2], [1, 1, 0]])


def test_categories_are_neither_normalized_nor_logarithmic(mixed: TimeSeriesDataset) -> None:
    encoder = Encoder.fit(mixed, log=["jobs"])
    assert encoder.normalized == ("load", "jobs") and "event" not in encoder.scales
    events = encoder.encode(mixed).measurements[..., 1:4]
    one_hot = (mixed.measurement("event")[..., None] == np.arange(3)) & mixed.active[..., None]
    np.testing.assert_array_equal(events, one_hot)
    with pytest.raises(
        ValueError, match=r"log names \['event'\]; mixed has the numeric fields \['tasks', 'load', 'jobs'\]"
    ):
        Encoder.fit(mixed, log=["event"])
    with pytest.raises(
        ValueError, match=r"auto_normalize names \['event'\]; mixed has the numeric measurements \['load'"
    ):
        Encoder.fit(mixed, auto_normalize=["event"])


def test_a_dataset_of_categories_alone_needs_no_minmax() -> None:
    dataset = _two((Categorical("event", ("idle", "run")),), [[[0], [1], [0]], [[1], [1], [0]]])
    encoder = Encoder.fit(dataset)
    assert encoder.layout.minmax == () and encoder.without_metadata() == encoder
    assert encoder.decode(encoder.encode(dataset)).fingerprint == dataset.fingerprint


def test_counts_come_back_whole_and_within_their_bounds() -> None:
    """From -0.1 to 4.9 where 0 to 4 is allowed: -0.1, 2.6 and 4.9 become 0, 3 and 4, and 0.9 and 2.4 become 1 and 2."""
    dataset = _two((Continuous("jobs", low=0, high=4, integer=True),), [[[0], [4], [1]], [[3], [4], [0]]])
    encoder = replace(
        Encoder.fit(dataset, auto_normalize=False, range=(0, 1)),
        scales={"jobs": Scale(low=-0.1, high=4.9, log=False, range=(0.0, 1.0))},
    )
    series = torch.tensor([[[0.0], [0.54], [1.0]], [[0.2], [0.5], [0.9]]])
    jobs = encoder.decode(replace(encoder.encode(dataset), measurements=series)).measurement("jobs")
    assert jobs.tolist() == [[0, 3, 4], [1, 2, 0]] and not np.signbit(jobs).any()


def test_a_count_of_the_metadata_comes_back_whole(mixed: TimeSeriesDataset) -> None:
    encoder = Encoder.fit(mixed, log=["tasks"])
    encoded = encoder.encode(mixed)
    assert encoder.decode(encoded).metadata["tasks"].tolist() == mixed.metadata["tasks"].tolist()
    moved = encoder.decode(replace(encoded, metadata=encoded.metadata * 0.9)).metadata["tasks"]
    assert (moved == moved.round()).all() and moved.tolist() != mixed.metadata["tasks"].tolist()


def test_50_000_categories_are_encoded_without_a_matrix_of_all_against_all() -> None:
    values = tuple(f"page {i}" for i in range(50_000))
    chosen = [values[i] for i in (49_999, 0, 7, 7)]
    schema = Schema("many", (Categorical("page", values), Continuous("size")), (Continuous("f"),), 2)
    metadata = pd.DataFrame({"page": chosen, "size": [1.0, 2.0, 3.0, 4.0]})
    dataset = TimeSeriesDataset(schema, metadata, np.ones((4, 2, 1), np.float32), np.full(4, 2))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    encoder = Encoder.fit(dataset, auto_normalize=False)
    encoded = encoder.encode(dataset)
    decoded = encoder.decode(encoded)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024
    assert encoded.metadata.shape == (4, 50_001) and encoded.metadata[:, :-1].argmax(1).tolist() == [49_999, 0, 7, 7]
    assert encoded.metadata[:, :-1].sum().item() == 4
    assert decoded.metadata["page"].tolist() == chosen


def test_numbers_that_are_too_far_apart_are_refused(toy: TimeSeriesDataset) -> None:
    wide = replace(toy, metadata=toy.metadata.assign(size=[-1.7e308, 1.7e308] * 12))
    with pytest.raises(ValueError, match="too far apart for a number of 64 bits"):
        Encoder.fit(wide)
    largest = np.finfo(np.float32).max
    measurements = np.where(toy.active[..., None], largest, np.float32(0)).repeat(2, axis=2)
    for log in ([], ["f0", "f1"]):
        encoder = Encoder.fit(replace(toy, measurements=measurements), log=log)
        assert Encoder.from_json(encoder.to_json(), toy.schema) == encoder
