"""fit(): the same seed gives the same weights, whatever happens in between."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lightning import Callback, LightningModule, Trainer
from safetensors.torch import load_file

from baselines import TimeGAN
from dg import Encoder, TimeSeriesDataset, fit, load
from dg.module import TrainingDiverged
from dg.training import Draws
from tests import slowly

Same = Callable[[torch.nn.Module, torch.nn.Module], bool]


class Log(Callback):
    """Which samples each batch held, by the sum of their encoded records, and the epoch it belonged to."""

    def __init__(self) -> None:
        self.batches: list[tuple[int, int, float]] = []

    def on_train_batch_start(self, trainer: Trainer, module: LightningModule, batch: Any, index: int) -> None:
        self.batches.append((trainer.global_step, trainer.current_epoch, batch.measurements.double().sum().item()))


class Interruption(Callback):
    """Ends training as if by force when some batches are done."""

    def __init__(self, batches: int) -> None:
        self.batches = batches

    def on_train_batch_end(self, trainer: Trainer, *_: Any) -> None:
        if trainer.global_step == self.batches:
            raise InterruptedError


class Poison(Callback):
    """Makes a weight infinite when some batches are done."""

    def __init__(self, batches: int) -> None:
        self.batches = batches

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        if trainer.global_step == self.batches:
            with torch.no_grad():
                next(module.parameters())[0] = torch.inf


def test_the_same_seed_gives_the_same_weights(toy: TimeSeriesDataset, small, same_weights: Same) -> None:
    one, again, other = (fit(small(), toy, batches=6, seed=seed).module for seed in (1, 1, 2))
    assert same_weights(one, again)
    assert not same_weights(one, other)
    assert not one.training


def test_training_neither_reads_nor_moves_the_callers_random_numbers(
    toy: TimeSeriesDataset, small, same_weights: Same
) -> None:
    torch.manual_seed(1)
    np.random.seed(1)
    before, numpy_before = torch.get_rng_state(), np.random.get_state(legacy=False)["state"]["key"].copy()
    one = fit(small(), toy, batches=6, seed=1).module
    assert torch.equal(torch.get_rng_state(), before)
    np.testing.assert_array_equal(np.random.get_state(legacy=False)["state"]["key"], numpy_before)
    torch.manual_seed(2)
    assert same_weights(one, fit(small(), toy, batches=6, seed=1).module)


def test_a_batch_is_drawn_with_replacement() -> None:
    """The release draws N indices an epoch with replacement: about 1 - 1/e of the samples are seen."""
    draws = Draws(10_000, 100, seed=0)
    epoch = torch.cat(list(draws))
    assert len(draws) == 100 and len(epoch) == 10_000
    assert len(epoch.unique()) / 10_000 == pytest.approx(1 - np.exp(-1), abs=0.01)
    assert epoch.min() >= 0 and epoch.max() < 10_000


def test_draws_depend_on_seed_and_epoch_alone() -> None:
    def drawn(seed: int, epoch: int) -> torch.Tensor:
        draws = Draws(50, 7, seed)
        draws.set_epoch(epoch)
        return torch.stack(list(draws))

    torch.manual_seed(9)
    assert torch.equal(drawn(1, 2), drawn(1, 2))
    assert drawn(1, 2).shape == (7, 7)
    assert not torch.equal(drawn(1, 2), drawn(1, 3)) and not torch.equal(drawn(1, 2), drawn(2, 2))


def test_fewer_samples_than_a_batch_are_drawn_more_often_and_no_batch_size_means_all() -> None:
    assert [len(index) for index in Draws(3, 10, seed=0)] == [10]
    assert [index.tolist() for index in Draws(3, None, seed=0)] == [[0, 1, 2]]


@pytest.mark.parametrize("batches", [1, 4, 6, 7])
def test_training_lasts_as_many_batches_as_asked_for(toy: TimeSeriesDataset, small, batches: int) -> None:
    log = Log()
    fit(small(), toy, batches=batches, seed=0, callbacks=[log])
    assert [step for step, _, _ in log.batches] == list(range(batches))
    assert [epoch for _, epoch, _ in log.batches] == [step // 4 for step in range(batches)]


@pytest.mark.parametrize(
    ("cut", "named"),
    [
        ({"fast_dev_run": True}, "fast_dev_run"),
        ({"max_steps": 3}, "max_steps"),
        ({"max_time": "00:00:00:01"}, "max_time"),
        ({"limit_train_batches": 0}, "limit_train_batches"),
        ({"limit_train_batches": 0.5}, "limit_train_batches"),
        ({"overfit_batches": 1}, "overfit_batches"),
    ],
)
def test_a_trainer_that_would_train_for_less_is_refused(toy: TimeSeriesDataset, small, cut: dict, named: str) -> None:
    with pytest.raises(ValueError, match=f"the trainer's .*{named}.* would train for less than is asked for"):
        fit(small(), toy, batches=6, seed=0, accelerator="cpu", **cut)


def test_a_training_that_a_callback_ends_is_not_taken_for_a_whole_one(toy: TimeSeriesDataset, small) -> None:
    class Enough(Callback):
        def on_train_batch_end(self, trainer: Trainer, *_: Any) -> None:
            trainer.should_stop = trainer.global_step >= 2

    with pytest.raises(ValueError, match="training ended after 2 of 6 steps, stopped by a callback"):
        fit(small(), toy, batches=6, seed=0, callbacks=[Enough()], accelerator="cpu")


@pytest.mark.parametrize("killed_after", slowly.but((5,), [3, 4, 5, 8, 11]))
@pytest.mark.parametrize("options", [{}, {"generator_rounds": 2, "discriminator_rounds": 3, "packing": 2}])
def test_an_interrupted_run_ends_as_an_unbroken_one(
    toy: TimeSeriesDataset, small, same_weights: Same, tmp_path: Path, killed_after: int, options: dict[str, Any]
) -> None:
    """Epochs have four batches; the last is begun and not ended. Every batch is the same, and so is every weight."""
    arguments: dict[str, Any] = {"batches": 14, "seed": 3}
    unbroken, resumed, checkpoint = Log(), Log(), {"checkpoint": tmp_path / "it.ckpt", "checkpoint_every": 1}
    whole = fit(small(**options), toy, **arguments, callbacks=[unbroken])
    with pytest.raises(InterruptedError):
        fit(small(**options), toy, **arguments, **checkpoint, callbacks=[Interruption(killed_after)])
    again = fit(small(**options), toy, **arguments, **checkpoint, callbacks=[resumed])
    assert len(unbroken.batches) == 14
    assert resumed.batches == unbroken.batches[-len(resumed.batches) :]
    assert len(resumed.batches) <= 14 - (killed_after - 1) // (2 if "packing" in options else 4)
    assert same_weights(again.module, whole.module)


@pytest.mark.parametrize(("first", "every"), [(6, 1), (6, 4), (8, 4), (3, 1)])
def test_more_batches_than_before_continue_exactly(
    toy: TimeSeriesDataset, small, same_weights: Same, tmp_path: Path, first: int, every: int
) -> None:
    """Epochs have four batches: six end in the middle of one."""
    checkpoint = {"checkpoint": tmp_path / "it.ckpt", "checkpoint_every": every}
    fit(small(), toy, batches=first, seed=3, **checkpoint)
    log = Log()
    more = fit(small(), toy, batches=14, seed=3, **checkpoint, callbacks=[log])
    assert len(log.batches) == 14 - first // 4 * 4
    assert same_weights(more.module, fit(small(), toy, batches=14, seed=3).module)


def test_fewer_batches_than_a_checkpoint_has_are_refused(toy: TimeSeriesDataset, small, tmp_path: Path) -> None:
    checkpoint = {"checkpoint": tmp_path / "it.ckpt", "checkpoint_every": 1}
    fit(small(), toy, batches=8, seed=3, **checkpoint)
    with pytest.raises(ValueError, match="has 8 steps behind it, more than 6; delete it to train from the start"):
        fit(small(), toy, batches=6, seed=3, **checkpoint)


def test_phases_do_not_move_under_a_checkpoint(toy: TimeSeriesDataset, tmp_path: Path) -> None:
    model, encoder = partial(TimeGAN, units=4, batch_size=2), Encoder.fit(toy, auto_normalize=False)
    checkpoint = {"encoder": encoder, "checkpoint": tmp_path / "it.ckpt", "checkpoint_every": 1}
    fit(model, toy, batches=4, seed=3, **checkpoint)
    with pytest.raises(ValueError, match="belongs to a training with other batches"):
        fit(model, toy, batches=6, seed=3, **checkpoint)


def test_a_finished_run_is_not_trained_further(
    toy: TimeSeriesDataset, small, same_weights: Same, tmp_path: Path
) -> None:
    arguments: dict[str, Any] = {"batches": 8, "seed": 3, "checkpoint": tmp_path / "it.ckpt", "checkpoint_every": 4}
    log = Log()
    finished = fit(small(), toy, **arguments)
    again = fit(small(), toy, **arguments, callbacks=[log])
    assert log.batches == []
    assert same_weights(finished.module, again.module)


# One process imports once; a child of it trains and is killed by SIGKILL, another goes on, and the last one ends.
KILLED = """
import json, os, signal, sys, time
from functools import partial
from pathlib import Path

import torch
from lightning import Callback
from dg import DoppelGANger, TimeSeriesDataset, fit

torch.set_num_threads(1)
folder, delays = Path(sys.argv[1]), json.loads(sys.argv[2])
train = TimeSeriesDataset.load(folder / "train")
sizes = dict(metadata_units=6, lstm_units=5, discriminator_units=8, batch_size=6, sample_len=3)


class Started(Callback):
    def on_train_batch_start(self, *_):
        os.write(written, b"!")


def train_and_save(name, **arguments):
    generator = fit(partial(DoppelGANger, **sizes), train, batches=150, seed=5, accelerator="cpu", **arguments)
    generator.save(folder / name)


kept = dict(checkpoint=folder / "it.ckpt", checkpoint_every=4)
ends = []
for delay in [*delays, None]:
    read, written = os.pipe()
    child = os.fork()
    if not child:
        train_and_save("resumed", **kept, callbacks=[Started()])
        os._exit(0)
    os.close(written)
    os.read(read, 1)
    if delay is not None:
        while delay > 0.1 and not (folder / "it.ckpt").exists():
            time.sleep(0.002)
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    ends.append((os.WIFSIGNALED(os.waitpid(child, 0)[1]), (folder / "it.ckpt").exists()))
    os.close(read)
train_and_save("unbroken")
print(json.dumps(ends))
"""


@pytest.mark.slow
def test_a_run_killed_at_any_moment_ends_with_the_weights_of_an_unbroken_one(
    toy: TimeSeriesDataset, tmp_path: Path
) -> None:
    toy.save(tmp_path / "train")
    delays = [0.0, *np.random.default_rng(0).uniform(0.05, 0.4, 4)]
    command = [sys.executable, "-c", KILLED, str(tmp_path), json.dumps(delays)]
    finished = subprocess.run(command, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    *kills, (last_was_killed, _) = json.loads(finished.stdout.splitlines()[-1])
    assert not last_was_killed
    assert sum(killed for killed, _ in kills) >= 2 and any(killed and kept for killed, kept in kills)
    resumed, unbroken = (load_file(tmp_path / name / "weights.safetensors") for name in ("resumed", "unbroken"))
    assert all(torch.equal(resumed[name], unbroken[name]) for name in unbroken)
    sample = load(tmp_path / "resumed").sample(10, seed=0)
    assert sample.fingerprint == load(tmp_path / "unbroken").sample(10, seed=0).fingerprint


def test_a_loss_that_is_not_finite_stops_training_and_keeps_the_last_good_checkpoint(
    toy: TimeSeriesDataset, small, tmp_path: Path
) -> None:
    checkpoint = tmp_path / "folder" / "it.ckpt"
    with pytest.raises(TrainingDiverged, match=r"batch 7: .*generator loss.*last good checkpoint, if any, is kept"):
        fit(small(), toy, batches=20, seed=0, checkpoint=checkpoint, checkpoint_every=4, callbacks=[Poison(6)])
    kept = torch.load(checkpoint, weights_only=True)
    assert kept["global_step"] == 4
    assert all(weight.isfinite().all() for weight in kept["state_dict"].values())
    log = Log()
    fit(small(), toy, batches=8, seed=0, checkpoint=checkpoint, checkpoint_every=4, callbacks=[log])
    assert log.batches[0][0] == 4


@pytest.mark.parametrize("kept", [True, False])
def test_a_weight_that_is_not_finite_when_training_ends_is_no_generator(
    toy: TimeSeriesDataset, small, tmp_path: Path, kept: bool
) -> None:
    """The losses of the last batch come before its last step."""
    checkpoint = tmp_path / "it.ckpt" if kept else None
    with pytest.raises(TrainingDiverged, match="batch 4: not finite: the weight"):
        fit(small(), toy, batches=4, seed=0, checkpoint=checkpoint, checkpoint_every=1, callbacks=[Poison(4)])
    with pytest.raises(TrainingDiverged, match="batch 1: "):
        fit(small(learning_rate=1e39), toy, batches=1, seed=0, checkpoint=checkpoint)


@pytest.mark.parametrize("damage", ["empty", "cut", "not a checkpoint"])
def test_a_damaged_checkpoint_is_named(toy: TimeSeriesDataset, small, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "it.ckpt"
    fit(small(), toy, batches=4, seed=0, checkpoint=file, checkpoint_every=4)
    content = {"empty": b"", "cut": file.read_bytes()[:-1000], "not a checkpoint": b"hello"}[damage]
    file.write_bytes(content)
    with pytest.raises(ValueError, match=f"{file} is damaged .*; delete it to train from the start"):
        fit(small(), toy, batches=8, seed=0, checkpoint=file)


def test_what_a_killed_run_left_half_written_does_not_matter(
    toy: TimeSeriesDataset, small, same_weights: Same, tmp_path: Path
) -> None:
    (tmp_path / "it.ckpt.unfinished").write_bytes(b"half")
    arguments: dict[str, Any] = {"batches": 8, "seed": 0}
    kept = fit(small(), toy, **arguments, checkpoint=tmp_path / "it.ckpt", checkpoint_every=4)
    assert same_weights(kept.module, fit(small(), toy, **arguments).module)
    assert [file.name for file in tmp_path.iterdir()] == ["it.ckpt"]


def test_an_empty_dataset_cannot_be_trained_on(toy: TimeSeriesDataset, small) -> None:
    with pytest.raises(ValueError, match="empty dataset"):
        fit(small(), toy.take(slice(0, 0)), batches=1)


def test_a_checkpoint_of_another_training_is_refused(toy: TimeSeriesDataset, small, tmp_path: Path) -> None:
    file = tmp_path / "it.ckpt"
    fit(small(), toy, batches=4, seed=1, checkpoint=file, checkpoint_every=4)
    with pytest.raises(ValueError, match="belongs to a training with other seed; delete it"):
        fit(small(), toy, batches=4, seed=2, checkpoint=file)
    with pytest.raises(ValueError, match="belongs to a training with other hyperparameters;"):
        fit(small(alpha=3.0), toy, batches=4, seed=1, checkpoint=file)
    with pytest.raises(ValueError, match="belongs to a training with other data"):
        fit(small(), toy.take(slice(1, None)), batches=4, seed=1, checkpoint=file)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"batches": 0}, "batches: Input should be greater than or equal to 1, got 0"),
        ({"batches": -5}, "batches: Input should be greater than or equal to 1, got -5"),
        ({"batches": 1.5}, "batches: Input should be a valid integer, got 1.5"),
        ({"batches": True}, "batches: Input should be a valid integer, got True"),
        ({"batches": "7"}, "batches: Input should be a valid integer, got '7'"),
        ({"batches": None}, "batches: Input should be a valid integer, got None"),
        ({"seed": -1}, "seed: Input should be greater than or equal to 0, got -1"),
        ({"seed": None}, "seed: Input should be a valid integer, got None"),
        ({"checkpoint_every": 0}, "checkpoint_every: Input should be greater than or equal to 1, got 0"),
    ],
    ids=str,
)
def test_what_fit_cannot_do(toy: TimeSeriesDataset, small, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=r"^fit: ") as caught:
        inspect.unwrap(fit)(small(), toy, **{"batches": 1, **wrong})  # without the tests' own check of types
    assert str(caught.value) == f"fit: {told}"


@pytest.mark.parametrize("kept", [["seed"], None, "seed", 1, {"seed": [0]}, {}], ids=repr)
def test_a_checkpoint_that_says_nothing_sensible_of_its_training(
    toy: TimeSeriesDataset, small, tmp_path: Path, kept: object
) -> None:
    file = tmp_path / "it.ckpt"
    fit(small(), toy, batches=4, seed=0, checkpoint=file, checkpoint_every=4)
    torch.save({**torch.load(file, weights_only=True), "belongs_to": kept}, file)
    known = isinstance(kept, dict)
    message = "belongs to a training with other seed, data" if known else r"is damaged \(.*\); delete it to train"
    with pytest.raises(ValueError, match=f"{file} {message}"):
        fit(small(), toy, batches=8, seed=0, checkpoint=file)


def _lose(content: dict[str, Any], *path: Any) -> None:
    *way, last = path
    for step in way:
        content = content[step]
    del content[last]


@pytest.mark.parametrize(
    "change",
    [
        lambda c: _lose(c, "belongs_to"),
        lambda c: _lose(c, "state_dict"),
        lambda c: _lose(c, "loops"),
        lambda c: _lose(c, "state_dict", "discriminator.0.weight"),
        lambda c: _lose(c, "optimizer_states", 0),
        lambda c: _lose(c, "optimizer_states", 0, "state", 0, "exp_avg"),
        lambda c: _lose(c, "pytorch-lightning_version"),
        lambda c: c["state_dict"].update({"discriminator.0.weight": torch.zeros(3)}),
        lambda c: c["state_dict"]["discriminator.0.weight"].fill_(torch.nan),
        lambda c: c["optimizer_states"][0]["state"][0].update(exp_avg=torch.zeros(3)),
        lambda c: c["optimizer_states"][0]["state"][0].update(exp_avg=None),
        lambda c: c["optimizer_states"][0]["state"][0]["exp_avg_sq"].sub_(1),
        lambda c: c["optimizer_states"][0]["state"][0]["step"].sub_(9),
        lambda c: c["optimizer_states"][0]["param_groups"][0].update(betas=0.5),
        lambda c: c["loops"]["fit_loop"]["epoch_loop.batch_progress"]["current"].update(ready="3"),
        lambda c: c["loops"]["fit_loop"]["epoch_progress"]["current"].update(processed=-1),
        lambda c: c["loops"]["fit_loop"]["epoch_progress"]["current"].update(processed=2),
        lambda c: _lose(c, "loops", "fit_loop", "epoch_progress", "current", "ready"),
        lambda c: c["loops"]["fit_loop"]["epoch_progress"]["current"].update(ready={"a": 1}),
    ],
)
def test_a_checkpoint_whose_parts_do_not_fit_is_damaged(toy: TimeSeriesDataset, small, tmp_path: Path, change) -> None:
    file = tmp_path / "it.ckpt"
    fit(small(), toy, batches=4, seed=0, checkpoint=file, checkpoint_every=4)
    content = torch.load(file, weights_only=True)
    change(content)
    torch.save(content, file)
    with pytest.raises(ValueError, match=rf"{file} is damaged \((.|\n)*\); delete it to train from the start"):
        fit(small(), toy, batches=8, seed=0, checkpoint=file)


def test_one_bit_of_a_checkpoint_is_enough(toy: TimeSeriesDataset, small, tmp_path: Path) -> None:
    file = tmp_path / "it.ckpt"
    fit(small(), toy, batches=4, seed=0, checkpoint=file, checkpoint_every=4)
    whole = file.read_bytes()
    weight = torch.load(file, weights_only=True)["state_dict"]["discriminator.0.weight"].numpy().tobytes()
    place = whole.index(weight) + 100
    file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(ValueError, match=r"is damaged \(ValueError: the checksum of .* is wrong\); delete it"):
        fit(small(), toy, batches=8, seed=0, checkpoint=file)


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_a_checkpoint_is_a_regular_file(toy: TimeSeriesDataset, small, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "it.ckpt"
    os.mkfifo(file) if kind == "pipe" else file.mkdir()
    with pytest.raises(ValueError, match=r"is damaged .*name a regular file"):
        fit(small(), toy, batches=8, seed=0, checkpoint=file)


def test_what_a_callback_raises_before_training_does_not_damage_what_it_goes_on_from(
    toy: TimeSeriesDataset, small, tmp_path: Path
) -> None:
    class Refusal(Callback):
        def on_train_start(self, *_: Any) -> None:
            raise RuntimeError("not today")

    file = tmp_path / "it.ckpt"
    fit(small(), toy, batches=4, seed=0, checkpoint=file, checkpoint_every=4)
    with pytest.raises(RuntimeError, match="not today"):
        fit(small(), toy, batches=8, seed=0, checkpoint=file, callbacks=[Refusal()])
