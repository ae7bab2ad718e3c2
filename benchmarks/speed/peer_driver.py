"""Trains the peer in turns; runs in the peer's own environment, where this repository is not installed.

When the first batch is done, writes one line of JSON that says what is trained. Each line of the standard input is a
number of batches: trains that many and writes their milliseconds. Ends when the input ends.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, NoReturn

import numpy as np
import torch
from gretel_synthetics.timeseries_dgan.config import DGANConfig, Normalization, OutputType
from gretel_synthetics.timeseries_dgan.dgan import DGAN

DOMAINS, ACCESSES, AGENTS = 9, 3, 2


def main(
    clock: str,
    threads: int,
    samples: int,
    max_length: int,
    sample_len: int,
    batch_size: int,
    settings: dict[str, Any],
) -> None:
    """Trains on random series of WWT's shape, because only the speed matters. `clock` is a function of `time`.

    settings: others of the peer's configuration
    """
    warnings.filterwarnings("ignore")
    torch.set_num_threads(threads)
    rng = np.random.default_rng(0)
    sys.stdout, lines = sys.stderr, sys.stdout
    model = DGAN(
        DGANConfig(
            max_sequence_len=max_length,
            sample_len=sample_len,
            batch_size=batch_size,
            epochs=1_000_000,
            normalization=Normalization.MINUSONE_ONE,
            **settings,
        )
    )
    model.train_numpy(
        features=rng.lognormal(3, 1, (samples, max_length, 1)),
        feature_types=[OutputType.CONTINUOUS],
        attributes=np.stack([rng.integers(0, k, samples).astype(str) for k in (DOMAINS, ACCESSES, AGENTS)], axis=1),
        attribute_types=[OutputType.DISCRETE] * 3,
        progress_callback=Turns(model, lines, getattr(time, clock)),
    )


class Turns:
    """Called after each batch."""

    def __init__(self, model: DGAN, lines: Any, clock: Callable[[], float]) -> None:
        self.model, self.lines, self.clock = model, lines, clock
        self.left, self.since = 0, 0.0
        self.milliseconds: list[float] = []

    def __call__(self, progress: Any) -> None:
        """Records the batch; at the end of a turn, answers and waits for the next turn."""
        if self.left:
            self.milliseconds.append(1e3 * (self.clock() - self.since))
            self.left -= 1
            if not self.left:
                self.answer(self.milliseconds)
        else:
            self.answer({"name": f"gretel-synthetics {version('gretel-synthetics')}", **self.sizes()})
        if not self.left:
            self.left, self.milliseconds = int(sys.stdin.readline() or end()), []
        self.since = self.clock()

    def answer(self, content: Any) -> None:
        """Writes one line of JSON."""
        print(json.dumps(content), file=self.lines, flush=True)

    def sizes(self) -> dict[str, int]:
        """How large the networks are."""
        networks = self.model.generator, self.model.feature_discriminator, self.model.attribute_discriminator
        return {
            "critic_inputs": next(networks[1].parameters()).shape[1],
            "parameters": sum(weight.numel() for network in networks for weight in network.parameters()),
        }


def end() -> NoReturn:
    """Exits when the input has ended."""
    sys.exit(0)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
