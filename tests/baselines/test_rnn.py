from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from baselines import RNN
from dg import Encoder, TimeSeriesDataset, fit


def test_it_learns_what_only_memory_can(dataset) -> None:
    """0 0 1 0 0 1 … of one kind and 0 0 0 1 … of the other: what follows two zeros depends on kind and on the past."""
    t = np.arange(24)
    kinds = ["third", "fourth"] * 20
    train = dataset(np.stack([t % (3 if kind == "third" else 4) == 2 for kind in kinds])[..., None], kind=kinds)
    encoder = Encoder.fit(train, auto_normalize=False)
    sample = fit(partial(RNN, units=24, learning_rate=0.02, batch_size=40), train, encoder=encoder, batches=200).sample(
        20, seed=0
    )
    period = np.where(sample.metadata["kind"] == "third", 3, 4)
    assert len(set(period)) == 2
    np.testing.assert_allclose(sample.measurements[..., 0], t % period[:, None] == 2, atol=0.1)


def test_series_end_where_they_should(ramps: TimeSeriesDataset) -> None:
    encoder = Encoder.fit(ramps, auto_normalize=False)
    sample = fit(partial(RNN, units=24, learning_rate=0.02, batch_size=40), ramps, encoder=encoder, batches=150).sample(
        40, seed=0
    )
    np.testing.assert_array_equal(sample.lengths, np.where(sample.metadata["kind"] == "short", 3, 6))


def test_it_is_one_lstm_layer_of_100_units(ramps: TimeSeriesDataset) -> None:
    """Appendix B; inputs are A and R_t: two kinds and one measurement."""
    module = RNN(Encoder.fit(ramps, auto_normalize=False).layout)
    assert (module.lstm.num_layers, module.lstm.hidden_size, module.lstm.input_size) == (1, 100, 3)
    assert module.hparams.learning_rate == 0.001 and module.batch_size == 100


@pytest.mark.slow
@pytest.mark.parametrize("batches", [12, 14])
@pytest.mark.parametrize("killed_after", [(5,), (6,), (4, 4), (7, 2, 2)])
def test_an_interrupted_run_ends_as_an_unbroken_one(
    killed_after: tuple[int, ...], batches: int, ramps: TimeSeriesDataset, interruption, same_weights, tmp_path
) -> None:
    """Three batches an epoch; killed once or again and again, also when it was already resumed."""
    model, checkpoint = partial(RNN, units=8, batch_size=20), tmp_path / "checkpoint"
    unbroken = fit(model, ramps, batches=batches, seed=3)
    resumable = partial(fit, model, ramps, batches=batches, seed=3, checkpoint=checkpoint, checkpoint_every=3)
    for after in killed_after:
        with pytest.raises(InterruptedError):
            resumable(callbacks=[interruption(after)])
        assert checkpoint.exists()
    assert same_weights(resumable().module, unbroken.module)
    assert same_weights(resumable().module, unbroken.module)


def test_a_batch_ends_with_its_longest_series(dataset, monkeypatch) -> None:
    """Loss and gradients are those of all twelve records."""
    lengths = np.random.default_rng(0).integers(1, 6, 40)
    lengths[-1] = 12
    train = dataset(np.random.default_rng(1).normal(size=(40, 12, 2)), lengths, kind=[*"ab"] * 20)
    seen: list[int] = []

    def trained() -> tuple[float, list[torch.Tensor]]:
        module = fit(partial(RNN, units=8, batch_size=6), train, batches=1, seed=2, log_every_n_steps=1).module
        gradients = [weight.grad for weight in module.parameters() if weight.requires_grad]
        return float(module.trainer.logged_metrics["train/prediction"]), gradients

    with monkeypatch.context() as patch:
        longest = RNN._longest
        patch.setattr(RNN, "_longest", lambda self, batch: seen.append(longest(self, batch)) or seen[-1])
        loss, gradients = trained()
    assert seen[0] < 12
    monkeypatch.setattr(RNN, "_longest", lambda self, batch: 12)
    whole_loss, whole_gradients = trained()
    assert loss == pytest.approx(whole_loss, rel=1e-6)
    for found, expected in zip(gradients, whole_gradients, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6 * float(expected.abs().max()))
