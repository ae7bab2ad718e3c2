"""What the commands of this folder share: options, a quiet start, and how a batch stands beside its matrix products."""

from __future__ import annotations

import argparse
import logging
import os
import time
import warnings
from collections.abc import Callable

import pandas as pd
import torch

CLOCKS = {"wall": "perf_counter", "processor": "process_time"}


def options(doc: str | None, *, what: str, threads: int | None, batches: int) -> argparse.ArgumentParser:
    """The options of a command that measures every `what` in turn."""
    parser = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    parser.add_argument("--threads", type=int, default=threads, help=f"default: {threads}")
    parser.add_argument("--turns", type=int, default=5, help=f"how often each {what} is measured")
    parser.add_argument("--batches", type=int, default=batches, help="measured in a turn")
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    return parser


def begin(arguments: argparse.Namespace) -> Callable[[], float]:
    """Hides warnings and Lightning's advice, sets the threads, and returns the clock."""
    warnings.filterwarnings("ignore")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    torch.set_num_threads(arguments.threads)
    return getattr(time, CLOCKS[arguments.clock])


def conditions(arguments: argparse.Namespace, machine: float) -> str:
    """Under which conditions was measured; machine: operations a second of matrix products."""
    return (
        f"threads {arguments.threads}, {arguments.turns} turns of {arguments.batches} batches, {arguments.clock} time, "
        f"load {os.getloadavg()[0]:.1f}, matrix products {machine / 1e9:.0f} GFLOP/s"
    )


def pace(milliseconds: pd.Series, form: str) -> dict[str, str]:
    """Columns of a table: the milliseconds of a batch over the turns."""
    return {
        "ms a batch": format(milliseconds.median(), form),
        "min to max": f"{format(milliseconds.min(), form)} to {format(milliseconds.max(), form)}",
    }


def beside_floor(milliseconds: pd.Series, operations: float, machine: float, form: str) -> dict[str, str]:
    """Columns of a table: the operations of a batch, how long they alone would take, and the time as a multiple."""
    floor = operations / machine * 1e3
    return {
        "GFLOP": f"{operations / 1e9:.2f}",
        "ms at the rate of matrix products": format(floor, form),
        "times that": format(milliseconds.median() / floor, form),
    }
