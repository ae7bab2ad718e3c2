"""Who trains where: each cell of a grid on a device of this machine that no other cell has, or so many have."""

from __future__ import annotations

import getpass
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from omegaconf import DictConfig

PATIENCE = 1.0  # seconds between two looks for a free device


def at_once(accelerator: str, cells_a_device: int) -> int:
    """How many cells this machine trains at a time: as many as its GPUs have room for, or as it has processors."""
    return max(1, len(devices()) * cells_a_device) if accelerator == "gpu" else cores()


def jobs_of(config: DictConfig) -> int:
    """How many runs a command makes at a time: as `jobs` says, or where it is null as this machine trains."""
    return at_once(config.trainer.accelerator, config.cells_a_device) if config.jobs is None else config.jobs


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def devices() -> list[str]:
    """The GPUs that this process sees, in their order, by names that hold for all processes of the machine."""
    import torch  # here, because its import takes seconds, most of them in vain

    return [str(torch.cuda.get_device_properties(number).uuid) for number in range(torch.cuda.device_count())]


@contextmanager
def placed(config: DictConfig) -> Iterator[DictConfig]:
    """The config with a GPU for its run alone, or for `cells_a_device` runs; where none is free it waits.

    A config without GPUs, or that names its device (trainer.devices=[3]), stays as it is, and so does one on a machine
    without any, of which Lightning complains. Only processes of one user see each other.
    """
    names = devices() if config.trainer.accelerator == "gpu" and config.trainer.devices == 1 else []
    if not names:
        yield config
        return
    with _free(names, config.cells_a_device) as number:
        chosen = config.copy()
        chosen.trainer.devices = [number]
        yield chosen


@contextmanager
def _free(names: Sequence[str], share: int) -> Iterator[int]:
    """The number of a device that fewer than `share` others hold, emptiest first; who died holds none."""
    folder = Path(tempfile.gettempdir()) / f"doppelganger-devices-{getpass.getuser()}"
    folder.mkdir(exist_ok=True)
    places = [
        (number, FileLock(folder / f"{name}-{place}.lock"))
        for place in range(share)
        for number, name in enumerate(names)
    ]
    while True:
        for number, lock in places:
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            try:
                yield number
            finally:
                lock.release()
            return
        time.sleep(PATIENCE)
