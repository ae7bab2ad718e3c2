"""The speed of DoppelGANger at the sizes of the paper's three datasets, beside the floor of its matrix products.

    python -m benchmarks.speed.sizes [--threads 1] [--turns 5] [--batches 5] [--clock wall]

Prints the milliseconds of a batch of 100 samples, and how many its matrix products and LSTM layers alone would take at
the rate of this machine's largest matrix products.
"""

from __future__ import annotations

import argparse
import logging
import os
import time
import warnings
from functools import partial

import pandas as pd
import torch

from benchmarks.speed.models import TRAINING_SAMPLES, measure
from benchmarks.speed.operations import matrix_product_rate
from benchmarks.speed.training import CLOCKS
from dg.datasets import gcut, mba, wwt
from dg.doppelganger import DoppelGANger
from dg.encoding import Encoder

SIZES = {"WWT": (wwt, 10, ("views",)), "MBA": (mba, 8, ()), "GCUT": (gcut, 10, ())}  # with the release's S (D22)


def main() -> None:
    """Prints what the module's docstring says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--turns", type=int, default=5, help="how often each size is measured")
    parser.add_argument("--batches", type=int, default=5, help="measured in a turn")
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    arguments = parser.parse_args()
    clock = getattr(time, CLOCKS[arguments.clock])
    warnings.filterwarnings("ignore")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    torch.set_num_threads(arguments.threads)

    machine, rows = matrix_product_rate(clock), []
    data = {name: room.simulate(TRAINING_SAMPLES, seed=0) for name, (room, _, _) in SIZES.items()}
    for turn in range(arguments.turns):
        for name, (_, sample_len, log) in SIZES.items():
            model, encoder = partial(DoppelGANger, sample_len=sample_len), Encoder.fit(data[name], log=log)
            found = measure(model, data[name], encoder, arguments.batches, clock)
            rows.append({"dataset": name, "turn": turn} | found)
    print(
        f"batches of 100, threads {arguments.threads}, {arguments.turns} turns of {arguments.batches} batches, "
        f"{arguments.clock} time, load {os.getloadavg()[0]:.1f}, matrix products {machine / 1e9:.0f} GFLOP/s"
    )
    print(_table(pd.DataFrame(rows), machine).to_markdown(index=False, disable_numparse=True))


def _table(rows: pd.DataFrame, machine: float) -> pd.DataFrame:
    shown = []
    for name, found in rows.groupby("dataset", sort=False):
        milliseconds, floor = found["milliseconds"], found["operations"].median() / machine * 1e3
        shown.append(
            {
                "dataset": name,
                "ms a batch": f"{milliseconds.median():.1f}",
                "min to max": f"{milliseconds.min():.1f} to {milliseconds.max():.1f}",
                "GFLOP": f"{found['operations'].median() / 1e9:.2f}",
                "ms at the rate of matrix products": f"{floor:.1f}",
                "times that": f"{milliseconds.median() / floor:.1f}",
            }
        )
    return pd.DataFrame(shown)


if __name__ == "__main__":
    main()
