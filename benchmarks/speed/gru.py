"""The speed of TimeGAN's recurrent layers on a CPU: three layers, 128 series of 550 records, forward and backward.

    OMP_NUM_THREADS=1 python -m benchmarks.speed.gru [--pairs 10] [--clock wall]

Prints the milliseconds of torch's own GRU and of the compiled one, in turn, for 4 and for 24 units, and how far apart
their outputs and gradients are; before that, how long the compilation took, if it was necessary.
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from baselines.gru import GRU, library
from benchmarks.speed.commands import CLOCKS
from dg.memory import keep_large_buffers

LAYERS, SAMPLES, RECORDS = 3, 128, 550


def main() -> None:
    """Prints what the module's docstring says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=10, help="how often either side is measured")
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    arguments = parser.parse_args()
    clock = getattr(time, CLOCKS[arguments.clock])
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    keep_large_buffers()
    if library() is None:
        return
    print(
        f"{LAYERS} layers, {SAMPLES} × {RECORDS}, threads {torch.get_num_threads()}, {arguments.clock} time, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    for units in (4, 24):
        ours = GRU(units, units, LAYERS)
        plain = nn.GRU(units, units, LAYERS, batch_first=True)
        plain.load_state_dict(ours.state_dict())
        inputs = torch.rand(SAMPLES, RECORDS, units, requires_grad=True)
        apart = max(
            float((one - other).abs().max() / other.abs().max())
            for one, other in zip(*(_pass(gru, inputs) for gru in (ours, plain)), strict=True)
        )
        turns = [[_seconds(gru, inputs, clock) for gru in (plain, ours)] for _ in range(arguments.pairs)]
        before, after = np.median(turns, axis=0) * 1000
        ratios = np.divide(*np.transpose(turns)[::-1])
        print(
            f"{units:2d} units: torch's {before:.0f} ms, compiled {after:.0f} ms; ratio {np.median(ratios):.2f} "
            f"({ratios.min():.2f} to {ratios.max():.2f}); apart by at most {apart:.0e} of the largest number"
        )


def _pass(gru: nn.GRU, inputs: Tensor) -> list[Tensor]:
    """Outputs and gradients of a forward and a backward pass."""
    outputs, _ = gru(inputs)
    gradients = torch.autograd.grad(outputs.square().mean(), [inputs, *gru.parameters()])
    return [outputs.detach(), *gradients]


def _seconds(gru: nn.GRU, inputs: Tensor, clock: Callable[[], float]) -> float:
    start = clock()
    _pass(gru, inputs)
    return clock() - start


if __name__ == "__main__":
    main()
