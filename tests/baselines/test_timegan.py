from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from scipy.special import expit, log_expit

from baselines import Bootstrap, TimeGAN
from baselines.timegan import PLAYERS, RecurrentStack, moment_distance
from benchmarks.distances import mmd2
from dg import Encoder, TimeSeriesDataset, fit
from dg.randomness import stream
from tests import slowly

SMALL = {"units": 4, "layers": 2, "batch_size": 4}
NETWORKS = ("embedder", "recovery", "generator", "supervisor", "discriminator")


def built(train: TimeSeriesDataset, **hyperparameters) -> TimeGAN:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return TimeGAN(Encoder.fit(train, auto_normalize=False).layout, **hyperparameters)


@pytest.fixture
def steps(monkeypatch) -> list[tuple[str, float, set[str]]]:
    """Of every optimiser step: the player, its loss, and the networks that moved."""
    taken: list[tuple[str, float, set[str]]] = []
    descend = TimeGAN._descend

    def weights(module: TimeGAN) -> dict[str, torch.Tensor]:
        return {name: torch.cat([p.flatten() for p in getattr(module, name).parameters()]) for name in NETWORKS}

    def spy(self: TimeGAN, player: str, loss: torch.Tensor, **rest) -> None:
        before = weights(self)
        descend(self, player, loss, **rest)
        moved = {name for name, after in weights(self).items() if not torch.equal(after, before[name])}
        taken.append((player, loss.item(), moved))

    monkeypatch.setattr(TimeGAN, "_descend", spy)
    return taken


def test_three_phases_of_as_many_iterations(ramps: TimeSeriesDataset, steps) -> None:
    """Two steps of the generator, each with one of the embedder after it, for one of the discriminator."""
    encoder = Encoder.fit(ramps, auto_normalize=False)
    module = fit(partial(TimeGAN, **SMALL), ramps, encoder=encoder, batches=3).module
    assert module.trainer.global_step == 9
    joint = ["generator", "embedder", "generator", "embedder", "discriminator"]
    assert [player for player, *_ in steps] == 3 * ["autoencoder"] + 3 * ["supervisor"] + 3 * joint
    moved = {player: networks for player, _, networks in steps}
    assert moved == {
        "autoencoder": {"embedder", "recovery"},
        "supervisor": {"supervisor"},
        "generator": {"generator", "supervisor"},
        "embedder": {"embedder", "recovery"},
        "discriminator": {"discriminator"},
    }
    assert set(moved) == set(PLAYERS)


@pytest.mark.parametrize(("threshold", "learns"), [(1e9, False), (0.0, True)])
def test_the_discriminator_waits_while_it_is_far_ahead(
    threshold: float, learns: bool, ramps: TimeSeriesDataset, steps
) -> None:
    """Neither its weights move then, nor Adam's moments and count of steps."""
    encoder = Encoder.fit(ramps, auto_normalize=False)
    module = fit(partial(TimeGAN, threshold=threshold, **SMALL), ramps, encoder=encoder, batches=2).module
    moved = [networks for player, _, networks in steps if player == "discriminator"]
    assert moved == 2 * [{"discriminator"} if learns else set()]
    states = module.optimizers()[PLAYERS.index("discriminator")].optimizer.state.values()
    assert len(states) == sum(weight.requires_grad for weight in module.discriminator.parameters())
    for state in states:
        assert state["step"].item() == (2 if learns else 0)
        assert learns or not (state["exp_avg"].any() or state["exp_avg_sq"].any())


def test_a_step_that_is_not_skipped_is_a_plain_one(ramps: TimeSeriesDataset, monkeypatch, same_weights) -> None:
    train = partial(fit, partial(TimeGAN, **SMALL), ramps, encoder=Encoder.fit(ramps, auto_normalize=False), batches=3)
    conditional, descend, skipped = train(), TimeGAN._descend, []

    def plain(self: TimeGAN, player: str, loss: torch.Tensor, *, counts: bool = False, skips=None) -> None:
        skipped.append(skips is not None and bool(skips))
        descend(self, player, loss, counts=counts)

    monkeypatch.setattr(TimeGAN, "_descend", plain)
    assert same_weights(train().module, conditional.module) and not any(skipped)


@pytest.mark.slow
def test_phase_2_embeds_every_sample_once(ramps: TimeSeriesDataset, monkeypatch) -> None:
    """60 samples and 20 iterations of 4; the losses are those of embedding every minibatch."""
    losses: dict[bool, list[float]] = {True: [], False: []}
    embedded: dict[bool, int] = {True: 0, False: 0}

    def trained(kept: bool) -> TimeGAN:
        def supervise(self: TimeGAN, *arguments) -> dict[str, torch.Tensor]:
            losses[kept].append(float((found := real_supervise(self, *arguments))["supervised"]))
            return found

        def latent(self: TimeGAN, part):
            embedded[kept] += len(part)
            return real_latent(self, part)

        with monkeypatch.context() as patch:
            patch.setattr(TimeGAN, "_supervise", supervise)
            patch.setattr(TimeGAN, "_latent", latent)
            if not kept:
                patch.setattr("baselines.timegan.available", lambda: 1000)
            encoder = Encoder.fit(ramps, auto_normalize=False)
            return fit(partial(TimeGAN, **SMALL), ramps, encoder=encoder, batches=20, accelerator="cpu").module

    real_supervise, real_latent = TimeGAN._supervise, TimeGAN._latent
    modules = [trained(kept) for kept in (True, False)]
    assert embedded == {True: 60, False: 80}
    assert losses[True] == pytest.approx(losses[False], rel=1e-5) and len(losses[True]) == 20
    assert all(module.latents is None and "latents" not in module.state_dict() for module in modules)


def test_few_iterations_embed_their_own_samples(ramps: TimeSeriesDataset, monkeypatch) -> None:
    sizes: list[int] = []
    real = TimeGAN._all_latents
    monkeypatch.setattr(TimeGAN, "_all_latents", lambda self: sizes.append(len(found := real(self))) or found)
    fit(partial(TimeGAN, **SMALL), ramps, encoder=Encoder.fit(ramps, auto_normalize=False), batches=14)
    assert sizes == [0]


def test_moments_are_those_over_the_batch() -> None:
    generated, real = np.random.default_rng(0).normal(size=(2, 6, 3, 2))
    deviations = [np.sqrt(np.var(samples, axis=0) + 1e-6) for samples in (generated, real)]
    expected = np.abs(np.subtract(*deviations)).mean() + np.abs(generated.mean(axis=0) - real.mean(axis=0)).mean()
    assert moment_distance(torch.from_numpy(generated), torch.from_numpy(real)).item() == pytest.approx(expected)


@pytest.mark.parametrize(("shifted", "first", "last"), [(True, 0, 3), (False, 1, 4)])
def test_the_supervisor_predicts_the_next_record_if_shifted(shifted: bool, first: int, last: int, dataset) -> None:
    module = built(dataset(np.random.default_rng(0).normal(size=(9, 4, 1))), shifted=shifted)
    latent, predicted = np.random.default_rng(1).random((2, 5, 4, 3), dtype=np.float32)
    expected = np.mean((predicted[:, first:last] - latent[:, 1:]) ** 2)
    found = module._supervised(torch.from_numpy(latent), torch.from_numpy(predicted))
    assert found.item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("gamma", [1.0, 0.25])
def test_the_joint_losses_are_those_of_the_release(gamma: float, dataset, steps) -> None:
    """Their formulas, in numpy, for the first steps of the joint phase with networks that nothing has moved."""
    train = dataset(np.random.default_rng(0).random((40, 5, 1)))
    seen: list[tuple[str, np.ndarray]] = []
    model = partial(TimeGAN, gamma=gamma, learning_rate=1e-30, **SMALL)
    hooked: list[TimeGAN] = []

    def watched(layout):
        module = model(layout)
        for name in NETWORKS:
            getattr(module, name).register_forward_hook(
                lambda _, __, output, name=name: seen.append((name, output.detach().double().numpy()))
            )
        hooked.append(module)
        return module

    inputs: list[np.ndarray] = []
    real = TimeGAN._real
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TimeGAN, "_real", lambda self, part: inputs.append(part) or real(self, part))
        fit(watched, train, encoder=Encoder.fit(train, auto_normalize=False), batches=1, seed=1)
    shown = [real(hooked[0], part)[0].double().numpy() for part in inputs]
    latent, rebuilt = seen[0][1], seen[1][1]
    losses = [loss for _, loss, _ in steps]
    assert losses[0] == pytest.approx(10 * np.sqrt(np.mean((rebuilt - shown[0]) ** 2)), rel=1e-4)
    latent, predicted = seen[2][1], seen[3][1]
    assert losses[1] == pytest.approx(np.mean((predicted - latent)[:, 1:] ** 2), rel=1e-4)

    names = [name for name, _ in seen[4:9]]
    assert names == ["embedder", "generator", "supervisor", "discriminator", "recovery"]
    latent, _, both, logits, recovered = (output for _, output in seen[4:9])
    predicted, batch = both[4:], shown[2]
    deviations = [np.sqrt(np.var(samples, axis=0) + 1e-6) for samples in (recovered, batch)]
    moments = np.abs(np.subtract(*deviations)).mean() + np.abs(recovered.mean(axis=0) - batch.mean(axis=0)).mean()
    fooled, fooled_early = -log_expit(logits[:4]).mean(), -log_expit(logits[4:]).mean()
    dynamics = np.sqrt(np.mean((predicted - latent)[:, 1:] ** 2))
    assert losses[2] == pytest.approx(fooled + gamma * fooled_early + 100 * dynamics + 100 * moments, rel=1e-4)

    logits = next(output for name, output in reversed(seen) if name == "discriminator")
    told = -log_expit(logits[:4]).mean() - log_expit(-logits[4:8]).mean() - gamma * log_expit(-logits[8:]).mean()
    assert steps[-1][0] == "discriminator" and losses[-1] == pytest.approx(told, rel=1e-4)


def test_sizes_are_those_of_the_code_that_the_paper_cites(dataset) -> None:
    """Four units a measurement, the supervisor has a layer less."""
    module = built(dataset(np.random.default_rng(0).normal(size=(9, 4, 2))))
    sizes = {name: (getattr(module, name).gru.hidden_size, getattr(module, name).gru.num_layers) for name in NETWORKS}
    assert sizes == {name: (8, 2 if name == "supervisor" else 3) for name in NETWORKS}
    assert not module.hparams.shifted and module.batch_size == 128 and module.hparams.learning_rate == 0.001


def test_a_stack_is_a_gru_in_numpy() -> None:
    """One layer, one sample: the reset gate acts after the recurrent product, as in cuDNN's GRU (D26)."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        stack = RecurrentStack(2, 3, 1, layers=1)
    inputs = np.random.default_rng(0).normal(size=(4, 2))
    w, u = (getattr(stack.gru, f"weight_{kind}_l0").detach().double().numpy() for kind in ("ih", "hh"))
    b = stack.gru.bias_ih_l0.detach().double().numpy()
    state, states = np.zeros(3), []
    for x in inputs:
        gates = expit(w[:6] @ x + b[:6] + u[:6] @ state)
        candidate = np.tanh(w[6:] @ x + b[6:] + gates[:3] * (u[6:] @ state))
        state = gates[3:] * state + (1 - gates[3:]) * candidate
        states.append(state)
    expected = expit(np.array(states) @ stack.head.weight.detach().double().numpy().T)
    found = stack(torch.from_numpy(inputs).float()[None], torch.ones(1, 4, 1))
    np.testing.assert_allclose(found[0].detach(), expected, atol=1e-6)
    assert (b[:6] == 1).all() and (b[6:] == 0).all()


def test_records_are_seen_from_0_to_1_and_nothing_follows_the_end(dataset) -> None:
    """The range is that of training records: zeros past the end are no values."""
    series = np.stack([np.linspace(5, 9, 6), np.linspace(-3, -1, 6)], axis=1)
    train = dataset(np.tile(series, (20, 1, 1)), [6, 4] * 10)
    encoder = Encoder.fit(train, auto_normalize=False)
    generator = fit(partial(TimeGAN, **SMALL), train, encoder=encoder, batches=2)
    real, active = generator.module._real(encoder.encode(train))
    np.testing.assert_allclose(real[0], np.tile(np.linspace(0, 1, 6)[:, None], 2), atol=1e-6)
    assert (real[1, 4:] == 0).all() and active[1].sum() == 4
    generated = generator.module.generate(50, stream(0))
    assert set(generated.lengths.tolist()) == {4, 6}
    assert (generated.measurements[torch.arange(6) >= generated.lengths[:, None]] == 0).all()
    sample = generator.sample(50, seed=0)
    within = sample.measurements[np.arange(6) < sample.lengths[:, None]]
    assert (within.min(axis=0) >= [5, -3]).all() and (within.max(axis=0) <= [9, -1]).all()


@pytest.mark.parametrize(("batches", "killed_after"), slowly.but((2,), [(2, 1), (2, 3), (2, 5), (16, 23)]))
def test_interrupted_in_any_phase_it_ends_as_an_unbroken_one(
    batches: int, killed_after: int, ramps: TimeSeriesDataset, interruption, same_weights, tmp_path
) -> None:
    encoder = Encoder.fit(ramps, auto_normalize=False)
    train = partial(fit, partial(TimeGAN, **SMALL), ramps, encoder=encoder, batches=batches, seed=3)
    checkpoint = tmp_path / "checkpoint"
    unbroken = train()
    with pytest.raises(InterruptedError):
        train(checkpoint=checkpoint, checkpoint_every=1, callbacks=[interruption(killed_after)])
    resumed = train(checkpoint=checkpoint)
    assert resumed.module.trainer.global_step == 3 * batches and same_weights(resumed.module, unbroken.module)


@pytest.mark.slow
def test_it_learns_sines(sines: TimeSeriesDataset) -> None:
    """The release's own easy set, shorter: MMD² to held-out sines, against a bootstrap and an untrained model."""
    train, held_out = sines.split(0.5, 0.5, seed=0)
    encoder = Encoder.fit(train, auto_normalize=False)
    model = partial(TimeGAN, units=24, shifted=True, batch_size=64, learning_rate=0.003)

    def distance(model, batches: int) -> float:
        sample = fit(model, train, encoder=encoder, batches=batches, seed=1).sample(500, seed=2)
        return mmd2(*(data.measurements[..., 0] for data in (held_out, sample)))

    bootstrap, untrained, trained = distance(Bootstrap, 1), distance(model, 1), distance(model, 150)
    assert bootstrap < trained <= 0.1 < untrained / 2
