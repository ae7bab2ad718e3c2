"""What is decoded keeps the constraints of its schema, whatever a model makes."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from dg import Categorical, Continuous, Encoder, Schema, TimeSeriesDataset, fit
from dg.encoding import Encoded
from dg.encoding.constraints import bounded, repair
from dg.encoding.transforms import Scale

# beartype looks at a random element of a list.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")
LARGEST = float(np.finfo(np.float32).max)
BOUNDS = st.sampled_from([None, -1e30, -3.0, 0.0, 0.1, 1.0, 1 / 3, 7.0, 16_777_217.0, 1e30])


@st.composite
def parts(draw: st.DrawFn, part: str) -> tuple[Categorical | Continuous, ...]:
    """Fields with constraints of every kind, in any order, that go together."""
    fields: list[Any] = []
    for number in range(draw(st.integers(1, 4))):
        integer = draw(st.booleans())
        low, high = draw(BOUNDS), draw(BOUNDS)
        if low is not None and high is not None:
            low, high = (low, high) if low < high else (low, None)
        if integer:
            low, high = (None if end is None or end % 1 else end for end in (low, high))
        increasing = part == "measurements" and draw(st.booleans())
        fields.append(Continuous(f"{part} {number}", "", low, high, integer, increasing))
    for number in range(draw(st.integers(0, 6))):
        most = draw(st.sampled_from(fields))  # which may be less than another itself
        if draw(st.booleans()):
            low = None if most.low is None else draw(st.sampled_from([None, most.low]))
            integer, increasing = most.integer and draw(st.booleans()), most.increasing and draw(st.booleans())
            fields.append(Continuous(f"{part} less {number}", "", low, None, integer, increasing, most.name))
    numeric = list(fields)
    if draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(numeric), min_size=1, unique=True))
        integer = all(field.integer for field in chosen) and draw(st.booleans())
        names = tuple(field.name for field in chosen)
        fields.append(Continuous(f"{part} sum", integer=integer, sum_of=names))
    fields.append(Categorical(f"{part} kind", ("a", "b")))
    return tuple(draw(st.permutations(fields)))


@st.composite
def drawn(draw: st.DrawFn) -> tuple[Encoder, Encoded]:
    """An encoder of any scales, and what a model might have made."""
    t, n = draw(st.integers(1, 5)), draw(st.integers(0, 4))
    schema = Schema("drawn", draw(parts("metadata")), draw(parts("measurements")), t)
    scales = {}
    for field in (*schema.metadata, *schema.measurements):
        if isinstance(field, Continuous):
            ends = draw(st.lists(st.floats(-1e5, 1e5) | st.floats(-1e37, 1e37), min_size=2, max_size=2))
            scales[field.name] = Scale(min(ends), max(ends), False, (0.0, 1.0))
    encoder = Encoder(schema, scales, draw(st.booleans()), (0.0, 1.0), False)
    rng, layout = np.random.default_rng(draw(st.integers(0, 99))), encoder.layout

    def made(*shape: int) -> torch.Tensor:
        return torch.from_numpy(rng.uniform(-0.5, 1.5, shape).astype(np.float32))

    sizes = [sum(block.width for block in blocks) for blocks in (layout.metadata, layout.minmax, layout.measurements)]
    lengths = torch.from_numpy(rng.integers(1, t + 1, n))
    return encoder, Encoded(made(n, sizes[0]), made(n, sizes[1]), made(n, t, sizes[2]), lengths)


@settings(max_examples=25)
@given(drawn())
def test_what_is_decoded_keeps_all_constraints_and_is_not_repaired_again(made: tuple[Encoder, Encoded]) -> None:
    encoder, encoded = made
    decoded = encoder.decode(encoded)  # a dataset checks all constraints
    fields, lengths = decoded.schema.measurements, decoded.lengths
    series = {field.name: decoded.measurement(field.name).copy() for field in fields}
    own = {name: decoded.metadata[[name]].to_numpy(copy=True) for name in encoder.scales if name in decoded.metadata}
    for part, columns, kind, ends in (
        (fields, series, np.float32, lengths),
        (decoded.schema.metadata, own, np.float64, np.ones_like(lengths)),
    ):
        again = {name: column.copy() for name, column in columns.items()}
        for field in part:
            if isinstance(field, Continuous):
                active = np.arange(again[field.name].shape[1]) < ends[:, None]
                same = bounded(again[field.name].astype(np.float64), field, kind)
                again[field.name] = np.where(active, same, 0).astype(kind)
        repair(part, again, ends, repairs := Counter())
        assert not any(repairs.values())
        for name, column in columns.items():
            np.testing.assert_array_equal(again[name], column)


@given(st.floats(-LARGEST, LARGEST), BOUNDS, BOUNDS, st.booleans())
def test_no_rounding_leaves_a_bound(value: float, low: float | None, high: float | None, integer: bool) -> None:
    """Also 1/3, 0.1 and 16,777,217, which are no numbers of 32 bits."""
    if integer:
        low, high = (None if end is None or end % 1 else end for end in (low, high))
    if low is not None and high is not None and low >= high:
        high = None
    field = Continuous("x", low=low, high=high, integer=integer)
    for kind in (np.float32, np.float64):
        (found,) = bounded(np.array([value]), field, kind)
        assert found.dtype == kind
        assert (low is None or float(found) >= low) and (high is None or float(found) <= high)
        assert not integer or found == np.rint(found)


def test_bounds_between_which_is_no_number_of_32_bits() -> None:
    narrow = Continuous("x", low=0.1, high=0.1 + 1e-12)
    assert bounded(np.array([5.0]), narrow, np.float32) == np.float32(0.1)


def decoded(fields: tuple[Continuous, ...], series: list[list[float]], lengths: list[int], counts: Any = None) -> Any:
    """Samples whose one measurement after the other has `series`, which lie between -100 and 100."""
    t = len(series[0])
    values = np.array(series, np.float64).reshape(len(fields), len(lengths), t).transpose(1, 2, 0)
    encoder = Encoder(
        Schema("by hand", (), fields, t),
        {field.name: Scale(-100.0, 100.0, False, (-1.0, 1.0)) for field in fields},
        False,
        (-1.0, 1.0),
        False,
    )
    n = len(lengths)
    tensor = torch.from_numpy((values / 100).astype(np.float32))
    return encoder.decode(Encoded(torch.zeros(n, 0), torch.zeros(n, 0), tensor, torch.tensor(lengths)), counts)


def test_a_counter_by_hand() -> None:
    """4, 2 becomes 3, 3; what increases already and what lies past the length stays."""
    counter = Continuous("sent", increasing=True)
    made = decoded((counter,), [[1, 4, 2, 9], [1, 5, 7, 8], [3, 6, 1, 0]], [4, 4, 2], counts := Counter())
    np.testing.assert_allclose(made.measurement("sent"), [[1, 3, 3, 9], [1, 5, 7, 8], [3, 6, 0, 0]], rtol=1e-6)
    assert counts == {"'sent' made increasing": 2}


def test_an_increasing_series_is_the_nearest_one() -> None:
    """By a general solver: minimise the squares over the first value and steps of zero or more."""
    rng = np.random.default_rng(1)
    values = rng.normal(0, 20, 7).clip(-90, 90)
    found = decoded((Continuous("x", increasing=True),), [list(values)], [7]).measurement("x")[0]
    solved = minimize(
        lambda z: ((np.cumsum(z) - values) ** 2).sum(), np.zeros(7), bounds=[(None, None)] + [(0, None)] * 6
    )
    np.testing.assert_allclose(found, np.cumsum(solved.x), atol=1e-2)


def test_at_most_and_sums_by_hand() -> None:
    fields = (
        Continuous("total", sum_of=("used", "free")),
        Continuous("used", low=0, integer=True, at_most="size"),
        Continuous("size", low=0, integer=True),
        Continuous("free"),
    )
    series = [[0, 0, 0], [7.2, 2.9, -4], [5.1, 4.2, 1], [1, 2, 3]]
    made = decoded(fields, series, [3], counts := Counter())
    assert made.measurement("used").tolist() == [[5, 3, 0]] and made.measurement("size").tolist() == [[5, 4, 1]]
    np.testing.assert_allclose(made.measurement("total"), [[6, 5, 3]], atol=1e-5)
    assert counts == {
        "'used' clipped": 1,
        "'used' rounded": 2,
        "'size' clipped": 0,
        "'size' rounded": 2,
        "'used' lowered to 'size'": 1,
        "'total' summed": 3,
    }


def test_a_chain_by_hand() -> None:
    """From its end on: 9 is lowered to 7, which was lowered to 3, whatever the order of the fields."""
    fields = (
        Continuous("p50", low=0, integer=True, at_most="p90"),
        Continuous("max", low=0, high=50, integer=True),
        Continuous("p90", low=0, integer=True, at_most="p99"),
        Continuous("p99", low=0, integer=True, at_most="max"),
        Continuous("mean", at_most="p99"),
        Continuous("sum", sum_of=("p50", "p99")),
    )
    series = [[9, 2, -3], [60, 8, 9], [7, 4, 2], [3, 6.4, 8], [5, 1, 8.5], [0, 0, 0]]
    made = decoded(fields, series, [3], counts := Counter())
    wanted = {"p50": [3, 2, 0], "p90": [3, 4, 2], "p99": [3, 6, 8], "max": [50, 8, 9], "mean": [3, 1, 8]}
    for name, values in wanted.items():
        np.testing.assert_allclose(made.measurement(name), [values], atol=1e-5)
    np.testing.assert_allclose(made.measurement("sum"), [[6, 8, 8]], atol=1e-5)
    lowered = {what: times for what, times in counts.items() if "lowered" in what}
    assert lowered == {
        "'p50' lowered to 'p90'": 1,
        "'p90' lowered to 'p99'": 1,
        "'p99' lowered to 'max'": 0,
        "'mean' lowered to 'p99'": 2,
    }


@settings(max_examples=25)
@given(drawn())
def test_data_that_keep_all_constraints_come_back_as_they_are(made: tuple[Encoder, Encoded]) -> None:
    """What `decode` made is encoded by scales of its own; on the way back nothing is repaired."""
    kept = made[0].decode(made[1])
    if len(kept):
        encoder = Encoder.fit(kept, auto_normalize=False)
        again = encoder.decode(encoder.encode(kept), repairs := Counter())
        assert not any(repairs.values()), repairs
        for field in kept.schema.measurements:
            most = np.abs(kept.measurement(field.name)).max()
            np.testing.assert_allclose(again.measurement(field.name), kept.measurement(field.name), atol=1e-5 * most)


def metadata_encoder(*fields: Continuous, ends: tuple[float, float] = (0.0, 10.0)) -> Encoder:
    scales = {field.name: Scale(*ends, log=False, range=(0.0, 1.0)) for field in fields}
    schema = Schema("own", fields, (Categorical("event", ("a", "b")),), 1)
    return Encoder(schema, scales, False, (0.0, 1.0), True)


def test_metadata_keep_their_bounds_and_what_they_are_at_most() -> None:
    fields = (
        Continuous("memory", low=2, high=6, integer=True),
        Continuous("used", at_most="memory"),
        Continuous("both", sum_of=("memory", "used")),
    )
    rows = metadata_encoder(*fields).decode_metadata(torch.tensor([[0.0, 0.9, 0.0], [0.94, 0.25, 0.0]]))
    assert rows.to_numpy().tolist() == [[2, 2, 4], [6, 2.5, 8.5]]
    assert metadata_encoder(fields[0]).outer("memory") == (2, 6)


def test_one_line_of_the_log_for_a_call(toy: TimeSeriesDataset, small, caplog: pytest.LogCaptureFixture) -> None:
    """Only where there is a constraint between numbers."""

    def lines(work: Callable[[], object]) -> list[str]:
        caplog.clear()
        with caplog.at_level(logging.INFO, "dg"):
            work()
        return [record.message for record in caplog.records if "repaired" in record.message]

    ordered = np.sort(np.where(toy.active, toy.measurements[:, :, 0], np.inf), axis=1)
    series = np.stack([np.where(toy.active, ordered, 0), toy.measurements[:, :, 1]], axis=2).astype(np.float32)
    first, second = toy.schema.measurements
    counted = replace(
        toy, schema=replace(toy.schema, measurements=(replace(first, increasing=True), second)), measurements=series
    )
    generator, free = (fit(small(), data, batches=1, seed=0, accelerator="cpu") for data in (counted, toy))
    (line,) = lines(lambda: generator.sample(1200, seed=0))
    assert line.startswith("toy: values repaired in 1,200 samples: 'f0' made increasing ")
    assert line == lines(lambda: list(generator.batches(1200, seed=0)))[0]
    assert lines(partial(free.sample, 3, seed=0)) == []
    encoder = Encoder.fit(counted)
    assert lines(lambda: encoder.decode(encoder.encode(counted))) == [
        "toy: values repaired in 24 samples: 'f0' made increasing 0"
    ]


def test_conditions_hold_after_repairs(small) -> None:
    """A field that is lowered to another one is drawn until what it became fits."""
    rng = np.random.default_rng(0)
    memory = rng.integers(1, 9, 40)
    schema = Schema(
        "jobs",
        (Continuous("used", low=0, integer=True, at_most="memory"), Continuous("memory", low=0, integer=True)),
        (Continuous("load"),),
        3,
    )
    rows = pd.DataFrame({"used": rng.integers(0, memory + 1), "memory": memory})
    data = TimeSeriesDataset(schema, rows, rng.normal(size=(40, 3, 1)).astype(np.float32), np.full(40, 3))
    made = fit(small(), data, batches=2, seed=0, accelerator="cpu").sample(20, seed=0, metadata={"used": (1, 8)})
    assert made.metadata["used"].between(1, 8).all()
