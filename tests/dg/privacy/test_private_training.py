"""fit(privacy=): the same as plain training where there is nothing to hide, and what is different where there is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import torch
from lightning import Callback, LightningModule, Trainer

from baselines import AR, HMM, RCGAN, RNN, NaiveGAN, TimeGAN
from dg import Encoder, Generator, Privacy, TimeSeriesDataset, fit, load
from dg.privacy import PrivateTraining
from dg.training import Draws
from tests import slowly

BOUNDS = MappingProxyType({"size": (0.0, 100.0), "f0": (-50.0, 50.0), "f1": (-50.0, 50.0)})
FREE = Privacy(noise_multiplier=0.0, clip=float("inf"), delta=0.01, secret=1)
Same = Callable[[torch.nn.Module, torch.nn.Module], bool]


def encoder(dataset: TimeSeriesDataset) -> Encoder:
    bounds = {name: ends for name, ends in BOUNDS.items() if name in str(dataset.schema)}
    return Encoder.fit(dataset, bounds=bounds)


def privately(model, dataset: TimeSeriesDataset, privacy: Privacy, batches: int = 6, **options: Any) -> Generator:
    return fit(model, dataset, encoder=encoder(dataset), batches=batches, privacy=privacy, **options)


def naive(**options: Any) -> partial[NaiveGAN]:
    return partial(NaiveGAN, **{**NaiveGAN.quick, "batch_size": 6, **options})


@pytest.fixture(params=["DoppelGANger", "NaiveGAN"])
def model(request: pytest.FixtureRequest, small) -> Callable[..., partial]:
    """Either model that can be trained privately, with few units and batches of six."""
    return small if request.param == "DoppelGANger" else naive


class SameDraws(PrivateTraining):
    """Draws what plain training draws: batches of one size, each sample with the fake in its place."""

    def draws(self, n: int) -> Draws:
        return Draws(n, self.batch_size, seed=0)

    def partners(self, b: int, rng: torch.Generator) -> torch.Tensor:
        return torch.arange(b)


def test_without_noise_and_clip_it_is_plain_training(model, make, monkeypatch, same_weights: Same) -> None:
    """On the same draws, after several batches; x̂ lies half-way in both, for its place is drawn from the secret."""
    toy = make()
    for module in ("dg.doppelganger.module", "baselines.naive_gan"):
        monkeypatch.setattr(f"{module}.interpolation", lambda b, rng: torch.full((b, 1), 0.5))
    plain = fit(model(), toy, encoder=encoder(toy), batches=6)
    monkeypatch.setattr("dg.privacy.dp_sgd.PrivateTraining", SameDraws)
    private = privately(model(), toy, FREE)
    for name, weight in plain.module.state_dict().items():
        torch.testing.assert_close(private.module.state_dict()[name], weight, rtol=1e-4, atol=1e-5, msg=name)
    assert not same_weights(plain.module, fit(model(), toy, encoder=encoder(toy), batches=5).module)
    assert private.card.privacy is None  # without noise there is none


def test_the_card_says_what_was_promised(model, make, tmp_path: Path) -> None:
    toy = make()
    made = privately(model(), toy, Privacy(noise_multiplier=3.0, delta=0.01, secret=987654321), batches=4)
    made.save(tmp_path / "model.dg")
    card = load(tmp_path / "model.dg").card
    assert card.privacy == Privacy(noise_multiplier=3.0, delta=0.01).plan(24, 6, 4).description()
    assert "987654321" not in str(card) and b"987654321" not in (tmp_path / "model.dg").read_bytes()
    assert "not covered" in str(card) and "trained without" not in str(card)


def test_training_ends_when_the_budget_is_spent(make) -> None:
    toy = make()
    three = Privacy(noise_multiplier=3.0, delta=0.01).plan(24, 6, 3).epsilon
    made = privately(naive(), toy, Privacy(epsilon=three, noise_multiplier=3.0, delta=0.01), batches=50)
    assert made.card.batches == 3 and made.card.privacy["batches"] == 3
    assert made.card.privacy["epsilon"] == three


@pytest.mark.slow
def test_the_secret_decides_batches_and_noise_and_the_system_gives_another_each_time(model, make, same_weights) -> None:
    toy = make()

    def made(secret: int | None) -> torch.nn.Module:
        return privately(model(), toy, Privacy(noise_multiplier=1.0, delta=0.01, secret=secret)).module

    assert same_weights(made(1), made(1))
    assert not same_weights(made(1), made(2))
    assert not same_weights(made(None), made(None))


@pytest.mark.slow
def test_an_empty_batch_is_a_batch(model, make) -> None:
    """Of 24 samples, one in 24 each: every third batch is empty, and skipping it would say so."""

    class Sizes(Callback):
        def on_train_batch_start(self, trainer: Trainer, module: LightningModule, batch: Any, index: int) -> None:
            sizes.append(len(batch))

    sizes: list[int] = []
    toy = make()
    options = {} if model is naive else {"flags": "always"}
    privacy = Privacy(noise_multiplier=1.0, delta=0.01, secret=1)
    made = privately(model(batch_size=2, **options), toy, privacy, batches=30, callbacks=[Sizes()])
    assert sizes.count(0) > 0 and len(sizes) == 30
    assert len(made.sample(5, seed=0)) == 5


@pytest.mark.parametrize("options", [{"summaries": 1.0}, {"discriminator_rounds": 2, "generator_rounds": 2},
                                     {"auxiliary_discriminator": False}, {"averaging": None, "mask_tail": True},
                                     {"self_normalizing": True}])  # fmt: skip
@pytest.mark.parametrize("full", slowly.but((False,), [True, False]))
def test_every_option_trains_privately(small, make, options: dict[str, Any], full: bool) -> None:
    toy = make(full=full)
    made = privately(small(**options), toy, Privacy(noise_multiplier=2.0, delta=0.01, secret=1))
    assert made.card.privacy["uses_of_a_batch"] == options.get("discriminator_rounds", 1)
    assert len(made.sample(5, seed=0)) == 5


def test_units_of_summaries_are_not_learnt_unless_that_is_allowed(small, make) -> None:
    toy = make()
    learnt = {
        allowed: privately(
            small(summaries=1.0), toy, Privacy(noise_multiplier=1.0, delta=0.01, learnt_scales=allowed)
        ).module.summaries.scale
        for allowed in (True, False)
    }
    assert (learnt[False] == 1).all() and not (learnt[True] == 1).all()


@pytest.mark.slow
def test_an_interrupted_training_ends_as_an_unbroken_one(model, make, tmp_path: Path, same_weights: Same) -> None:
    toy, privacy = make(), Privacy(noise_multiplier=1.0, delta=0.01, secret=1)
    whole = privately(model(), toy, privacy, batches=12)
    checkpoint = {"checkpoint": tmp_path / "c.ckpt", "checkpoint_every": 1}
    privately(model(), toy, privacy, batches=8, **checkpoint)
    assert same_weights(whole.module, privately(model(), toy, privacy, batches=12, **checkpoint).module)
    with pytest.raises(ValueError, match="belongs to a training with other privacy"):
        privately(model(), toy, Privacy(noise_multiplier=2.0, delta=0.01, secret=1), batches=12, **checkpoint)


def test_training_begins_with_the_weights_of_another_and_keeps_its_encoder(model, make, same_weights: Same) -> None:
    """Public data first, then private ones: the scales and the units of summaries say nothing of the latter."""
    public, toy = make(seed=1), make(seed=2)
    start = fit(model(), public, batches=5)
    made = fit(model(), toy, batches=1, start=start, privacy=Privacy(noise_multiplier=1.0, delta=0.01, secret=1))
    assert made.encoder == start.encoder and made.encoder.learnt
    before, after = start.module.state_dict(), made.module.state_dict()
    moved = {
        name: (after[name] - weight).abs().max().item() for name, weight in before.items() if weight.is_floating_point()
    }
    assert 0 < max(value for name, value in moved.items() if "running" not in name) < 0.01  # one step of Adam
    further = fit(model(), toy, batches=1, start=start)
    assert not same_weights(further.module, fit(model(), toy, batches=1).module)


def test_another_start_is_another_training(make, tmp_path: Path) -> None:
    toy = make()
    starts = [fit(naive(), make(seed=seed), batches=2) for seed in (1, 2)]
    fit(naive(), toy, batches=4, start=starts[0], checkpoint=tmp_path / "c.ckpt", checkpoint_every=1)
    with pytest.raises(ValueError, match="belongs to a training with other encoder, start"):
        fit(naive(), toy, batches=4, start=starts[1], checkpoint=tmp_path / "c.ckpt")


def test_what_cannot_begin_with_another(make) -> None:
    toy = make()
    start = fit(naive(), toy, batches=1)
    with pytest.raises(ValueError, match="NaiveGAN with other weights than this NaiveGAN: train the same model"):
        fit(naive(units=9), toy, batches=1, start=start)
    with pytest.raises(ValueError, match="its encoder is another one: leave `encoder` out"):
        fit(naive(), toy, batches=1, start=start, encoder=Encoder.fit(make(seed=3)))


@pytest.mark.parametrize("other", [AR, HMM, RCGAN, RNN, TimeGAN])
def test_a_model_without_critic_cannot_and_says_which_can(other, make) -> None:
    toy = make()
    options = {"auto_normalize": False, "bounds": dict(BOUNDS)}
    if "metadata" in other.lacks:
        toy, options["bounds"] = toy.without_metadata(), {"f0": BOUNDS["f0"], "f1": BOUNDS["f1"]}
    with pytest.raises(ValueError, match=f"privacy: {other.__name__} has neither a critic .* and NaiveGAN"):
        fit(other, toy, encoder=Encoder.fit(toy, **options), batches=1, privacy=Privacy(epsilon=1.0, delta=0.01))
