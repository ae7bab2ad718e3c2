"""What training did to a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lightning import Callback, LightningModule, Trainer

from dg import TimeSeriesDataset, fit


class Recorder(Callback):
    """The weights before and after the first batch, the losses that it logs, and all optimiser steps."""

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        self.before = {name: weight.clone() for name, weight in module.state_dict().items()}

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        if trainer.global_step == 1:
            self.after = {name: weight.clone() for name, weight in module.state_dict().items()}
            self.losses = {name: value.item() for name, value in trainer.logged_metrics.items()}

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        self.steps = [{int(state["step"]) for state in o.state.values()} for o in trainer.optimizers]
        self.batches = trainer.global_step


def record_training(model, dataset: TimeSeriesDataset, **arguments: Any) -> Recorder:
    recorder = Recorder()
    fit(model, dataset, callbacks=[recorder], log_every_n_steps=1, accelerator="cpu", **arguments)
    return recorder


@pytest.fixture
def record() -> Callable[..., Recorder]:
    """Trains, and returns the recorder."""
    return record_training
