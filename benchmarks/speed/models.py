"""The speed of every model that trains in minibatches, at the size of the paper's Wikipedia Web Traffic: T = 550.

    python -m benchmarks.speed.models [--threads 2] [--turns 5] [--batches 3] [--clock wall]

Measures the models in turn. Prints the milliseconds of a batch (a joint iteration of TimeGAN, a round of RCGAN) and
their ratio to DoppelGANger's in the same turn; then how many operations a batch takes, and how far it is from the rate
of this machine's matrix products.
"""

from __future__ import annotations

import argparse
import logging
import os
import time
import warnings
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import pandas as pd
import torch
from lightning import Callback

import baselines
from benchmarks.speed.operations import Operations, matrix_product_rate
from benchmarks.speed.training import CLOCKS
from dg.dataset import TimeSeriesDataset
from dg.datasets.wwt.simulator import simulate
from dg.doppelganger import DoppelGANger
from dg.encoding import Encoder
from dg.training import fit

TRAINING_SAMPLES = 1_000
MODELS = {
    "DoppelGANger": DoppelGANger,
    **{name: model for name, model in baselines.MODELS.items() if model.batch_size is not None},
    "TimeGAN, 24 units": partial(baselines.TimeGAN, units=24, shifted=True),
}


class LastBatches(Callback):
    """Milliseconds of each batch but the last, and the operations of the last."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.milliseconds: list[float] = []
        self.operations = Operations()

    def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, batch_index: int) -> None:
        """Starts the clock, or opens the count."""
        if self._last(trainer, 1):
            self.operations.__enter__()
        self.since = self.clock()

    def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
        """Stops the clock, or closes the count."""
        if self._last(trainer, 0):
            self.operations.__exit__(None, None, None)
        else:
            self.milliseconds.append(1e3 * (self.clock() - self.since))

    def _last(self, trainer: Any, left: int) -> bool:
        return trainer.global_step == self.steps - left

    def setup(self, trainer: Any, module: Any, stage: str) -> None:
        """Reads how many steps there will be."""
        self.steps = next(own.batches for own in trainer.callbacks if type(own).__name__ == "LastBatch")


def main() -> None:
    """Prints what the module's docstring says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="default: every core")
    parser.add_argument("--turns", type=int, default=5, help="how often each model is measured")
    parser.add_argument("--batches", type=int, default=3, help="measured in a turn")
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    arguments = parser.parse_args()
    clock = getattr(time, CLOCKS[arguments.clock])
    warnings.filterwarnings("ignore")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    torch.set_num_threads(arguments.threads)

    train = simulate(TRAINING_SAMPLES, seed=0)
    machine = matrix_product_rate(clock)
    rows = [
        {"model": name, "turn": turn} | measure(model, train, _encoder(model, train), arguments.batches, clock)
        for turn in range(arguments.turns)
        for name, model in MODELS.items()
    ]
    print(
        f"T = {train.schema.max_length}, threads {arguments.threads}, {arguments.turns} turns of {arguments.batches} "
        f"batches, {arguments.clock} time, load {os.getloadavg()[0]:.1f}, matrix products {machine / 1e9:.0f} GFLOP/s"
    )
    print(_table(pd.DataFrame(rows), machine).to_markdown(index=False, disable_numparse=True))


def _encoder(model: Any, train: TimeSeriesDataset) -> Encoder:
    return Encoder.fit(train, log=("views",), auto_normalize=model is DoppelGANger)


def measure(
    model: Any, train: TimeSeriesDataset, encoder: Encoder, batches: int, clock: Callable[[], float]
) -> dict[str, float]:
    """A short training: two batches warm up, `batches` are timed, and the operations of the last are counted."""
    watch = LastBatches(clock)
    fit(model, train, encoder=encoder, batches=batches + 3, callbacks=[watch], accelerator="cpu")
    return {"milliseconds": median(watch.milliseconds[-batches:]), "operations": watch.operations.total}


def _table(rows: pd.DataFrame, machine: float) -> pd.DataFrame:
    turns = rows.pivot(index="turn", columns="model", values="milliseconds")
    operations = rows.groupby("model")["operations"].median()
    shown = []
    for name in MODELS:
        ratios = turns[name] / turns["DoppelGANger"]
        floor = operations[name] / machine * 1e3
        shown.append(
            {
                "model": name,
                "ms a batch": f"{turns[name].median():,.0f}",
                "min to max": f"{turns[name].min():,.0f} to {turns[name].max():,.0f}",
                "of DoppelGANger": f"{ratios.median():.1f}",
                "min to max ": f"{ratios.min():.1f} to {ratios.max():.1f}",
                "GFLOP": f"{operations[name] / 1e9:.2f}",
                "ms at the rate of matrix products": f"{floor:,.0f}",
                "times that": f"{turns[name].median() / floor:,.0f}",
            }
        )
    return pd.DataFrame(shown)


if __name__ == "__main__":
    main()
