"""A training that is told to stop leaves a checkpoint of the batch at hand, and goes on with the next one."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning import Callback, LightningModule, Trainer

from dg import DoppelGANger, Privacy, TimeSeriesDataset, fit
from experiments.runs.stopping import Stop, StopAfterBatch
from tests import slowly
from tests.dg.conftest import make_toy

BATCHES = 10  # in epochs of four, of which the last is cut short
SMALL = partial(
    DoppelGANger, metadata_units=6, lstm_units=5, discriminator_units=8, batch_size=6, sample_len=3, packing=1
)


class Left(Exception):
    """In place of the end of a process."""


class Signal(Callback):
    """Arrives while a batch is trained."""

    def __init__(self, stop: Stop, batch: int) -> None:
        self.stop, self.batch = stop, batch

    def on_train_batch_start(self, trainer: Trainer, *_: Any) -> None:
        if trainer.global_step == self.batch - 1:
            signal.raise_signal(signal.SIGUSR1)
            assert self.stop.asked == signal.SIGUSR1  # noted, and nothing else yet


class Log(Callback):
    """Which batch it was, and its samples by the sum of their records."""

    def __init__(self) -> None:
        self.batches: list[tuple[int, int, float]] = []

    def on_train_batch_start(self, trainer: Trainer, module: LightningModule, batch: Any, index: int) -> None:
        self.batches.append((trainer.global_step, trainer.current_epoch, batch.measurements.double().sum().item()))


@pytest.fixture
def stop() -> Iterator[Stop]:
    """A signal ends this process by an exception; afterwards it has its own handler again."""
    own = signal.getsignal(signal.SIGUSR1)
    made = Stop()
    made.wait_for(signal.SIGUSR1, _leave)
    yield made
    signal.signal(signal.SIGUSR1, own)


def _leave(number: int, frame: object) -> None:
    raise Left


@pytest.mark.parametrize("privacy", [None, Privacy(noise_multiplier=1.0, delta=0.01, secret=1, learnt_scales=True)])
@pytest.mark.parametrize("batch", slowly.but((4,), [1, 3, 4, 6, 8, 9, 10]))
def test_it_goes_on_with_the_batch_after_to_the_same_weights(
    tmp_path: Path, stop: Stop, batch: int, privacy: Privacy | None
) -> None:
    toy, whole_log, rest = make_toy(), Log(), Log()
    arguments: dict[str, Any] = {"batches": BATCHES, "seed": 3, "privacy": privacy}
    whole = fit(SMALL, toy, **arguments, callbacks=[whole_log])
    checkpoint = {"checkpoint": tmp_path / "it.ckpt", "checkpoint_every": 1000}
    with pytest.raises(Left):
        fit(SMALL, toy, **arguments, **checkpoint, callbacks=[Signal(stop, batch), StopAfterBatch(stop)])
    assert torch.load(tmp_path / "it.ckpt", weights_only=True)["global_step"] == batch
    again = fit(SMALL, toy, **arguments, **checkpoint, callbacks=[rest, StopAfterBatch(Stop())])
    assert len(whole_log.batches) == BATCHES and rest.batches == whole_log.batches[batch:]
    weights, expected = again.module.state_dict(), whole.module.state_dict()
    assert all(weights[name].numpy().tobytes() == expected[name].numpy().tobytes() for name in expected)


def test_what_is_no_training_ends_at_once(stop: Stop) -> None:
    with pytest.raises(Left):
        signal.raise_signal(signal.SIGUSR1)


def test_the_signal_that_was_named_last_says_more(stop: Stop) -> None:
    """A job that runs out of time is told so, and then to end."""
    told: list[int] = []
    stop.wait_for(signal.SIGUSR2, lambda number, frame: told.append(number))
    stop.training = True
    for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGUSR1):
        signal.raise_signal(number)
    assert told == []
    stop.leave()
    stop.leave()
    assert told == [signal.SIGUSR2]
    signal.signal(signal.SIGUSR2, signal.SIG_DFL)


def test_an_epoch_that_has_ended_is_saved_once(tmp_path: Path, stop: Stop, monkeypatch: pytest.MonkeyPatch) -> None:
    from dg.checkpoint import Checkpoint

    saved: list[int] = []
    save: Callable[..., None] = Checkpoint.save

    def counting(self: Checkpoint, trainer: Trainer, module: LightningModule) -> None:
        saved.append(trainer.global_step)
        save(self, trainer, module)

    monkeypatch.setattr(Checkpoint, "save", counting)
    toy: TimeSeriesDataset = make_toy()
    with pytest.raises(Left):
        fit(
            SMALL,
            toy,
            batches=BATCHES,
            seed=0,
            checkpoint=tmp_path / "it.ckpt",
            checkpoint_every=1000,
            callbacks=[Signal(stop, 8), StopAfterBatch(stop)],
        )
    assert saved == [8]
