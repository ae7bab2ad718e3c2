"""Samples that stay in their file are trained on as those in memory are: the same weights, some samples at a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from pyarrow.parquet import write_table

from baselines import AR, HMM
from dg import Encoder, TimeSeriesDataset, fit
from dg.encoding import Encoded

Same = Callable[[torch.nn.Module, torch.nn.Module], bool]


@pytest.fixture
def mapped(toy: TimeSeriesDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TimeSeriesDataset:
    """The same samples in a file, of which no more than one is looked at together."""
    toy.save(tmp_path / "toy")
    monkeypatch.setattr("dg.dataset.AT_ONCE", 1)
    monkeypatch.setattr("dg.samples.CHUNK", 7)
    return TimeSeriesDataset.load(tmp_path / "toy")


@pytest.mark.parametrize("summaries", [0.0, 1.0])
def test_a_mapped_dataset_trains_to_the_same_weights(
    toy: TimeSeriesDataset, mapped: TimeSeriesDataset, small, same_weights: Same, summaries: float
) -> None:
    one, other = (fit(small(summaries=summaries), data, batches=6, seed=1) for data in (toy, mapped))
    assert mapped.mapped and not toy.mapped and mapped.fingerprint == toy.fingerprint
    assert one.encoder == other.encoder and one.card.fingerprint == other.card.fingerprint
    assert same_weights(one.module, other.module)


def test_a_batch_is_encoded_when_it_is_drawn(mapped: TimeSeriesDataset, small, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def encode(encoder: Encoder, data: TimeSeriesDataset) -> Encoded:
        taken.append(len(data))
        return whole(encoder, data)

    whole = Encoder.encode
    monkeypatch.setattr(Encoder, "encode", encode)
    fit(small(batch_size=5), mapped, batches=3)
    assert taken == [5, 5, 5]


@pytest.mark.parametrize("model", [AR, HMM])
def test_a_model_that_needs_all_samples_has_them_where_they_fit(
    toy: TimeSeriesDataset, mapped: TimeSeriesDataset, same_weights: Same, model, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = partial(model, **model.quick)
    assert same_weights(fit(small, toy, batches=3).module, fit(small, mapped, batches=3).module)
    monkeypatch.setattr("dg.samples.available", lambda: 1000)
    words = (
        rf"{model.__name__} learns from all samples at once, .* GB are free: train DoppelGANger, which takes a batch"
    )
    with pytest.raises(ValueError, match=words):
        fit(small, mapped, batches=3)


IN_LITTLE_MEMORY = """
import re, sys, threading, time
from functools import partial
from pathlib import Path
import torch
import dg.frames.opening, dg.frames.parts
from dg import DoppelGANger, fit, read_long

file, folder, cap = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(1)
for room in (dg.frames.opening, dg.frames.parts):
    room.available = lambda: cap
dg.frames.parts.AT_ONCE = cap // 64

def held() -> int:
    return 1024 * int(re.search(r"RssAnon:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])

def watch() -> None:
    while True:
        most[0] = max(most[0], held())
        time.sleep(0.005)

before, most = held(), [0]
threading.Thread(target=watch, daemon=True).start()
told = dict(sample="meter", time="hour")
try:
    read_long(file, **told)
except ValueError as error:
    print(error)
train = read_long(file, folder=folder, **told)
fit(partial(DoppelGANger, lstm_units=8, discriminator_units=8), train, batches=3)
print(len(train), train.schema.max_length, most[0] - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux says how much memory of its own a process holds")
def test_a_table_is_read_and_trained_on_in_less_memory_than_it_takes(tmp_path: Path) -> None:
    """230 MB, whose rows are sorted by time, in 200 MB; at once it would take up to 900 MB."""
    n, t, cap, rng = 10_000, 160, 200_000_000, np.random.default_rng(0)
    notes = pa.array([f"{number:02d}" * 50 for number in range(50)])
    columns = {"meter": np.tile(np.arange(n), t), "hour": np.arange(t).repeat(n)}
    columns |= {f"load {number}": rng.random(n * t) for number in range(4)}
    table = pa.table({**columns, "note": notes.take(pa.array(rng.integers(0, 50, n * t)))})
    assert table.nbytes > cap
    file = tmp_path / "meters.parquet"
    write_table(table, file, compression="none", use_dictionary=False, row_group_size=20_000)
    arguments = [str(file), str(tmp_path / "meters.data"), str(cap)]
    done = subprocess.run(
        [sys.executable, "-c", IN_LITTLE_MEMORY, *arguments], capture_output=True, text=True, check=True
    )
    refused, *_, trained = done.stdout.splitlines()
    assert "GB are free: name metadata= and measurements=" in refused and "read it by folder=" in refused
    samples, longest, held = map(int, trained.split())
    assert (samples, longest) == (n, t) and held < cap
