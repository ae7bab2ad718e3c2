"""Samples that stay in their file are trained on as those in memory are: the same weights, some samples at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch

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
