"""Runs made side by side: as many at a time as there are cores, each in a process of its own with one thread."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from joblib import Parallel, delayed, parallel_config
from omegaconf import DictConfig, OmegaConf
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from experiments.console.door import is_expected, told
from experiments.runs.run import Run
from experiments.runs.training import train


def make(cells: Sequence[DictConfig], *, jobs: int, title: str) -> None:
    """Makes the runs of `cells` that are missing, `jobs` at a time, with one bar: done, running, failed, time left.

    Whatever `jobs` is, a run has one thread, so that it has the same bytes. A run that fails stops no other. Raises
    ValueError at the end that lists the failed ones with their reasons; the others are kept.
    """
    if isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1:
        raise ValueError(f"jobs is {jobs!r}: say how many runs are made at a time, at least 1")
    missing = [cell for cell in cells if not Run.of(cell).finished]
    failed: list[str] = []
    with tqdm(total=len(missing), desc=title, unit="run", disable=not missing) as bar:
        for name, reason in _attempts(missing, jobs):
            if reason:
                failed.append(f"{name}: {reason}")
            bar.update()
            bar.set_postfix(running=min(jobs, len(missing) - bar.n), failed=len(failed))
    if failed:
        raise ValueError(
            f"{len(failed)} of {len(cells)} runs failed: {'; '.join(failed)}; the others are kept, and the same "
            "command tries these again"
        )


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _attempts(cells: Sequence[DictConfig], jobs: int) -> Iterator[tuple[str, str | None]]:
    if jobs == 1 or len(cells) < 2:
        threads = torch.get_num_threads()
        try:
            with logging_redirect_tqdm():
                yield from (_attempt(cell) for cell in cells)
        finally:
            torch.set_num_threads(threads)
        return
    work = (delayed(_attempt)(OmegaConf.to_container(cell, resolve=True)) for cell in cells)
    with _without_bars(), parallel_config("loky", n_jobs=jobs, inner_max_num_threads=1):
        results: Iterable[Any] = Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch=jobs)(work)
        yield from results


def _attempt(cell: Any) -> tuple[str, str | None]:
    """The name of a run, and why it failed."""
    config = OmegaConf.create(cell)
    name = f"{config.model.name} on {config.dataset.name}, seed {config.seed}"
    torch.set_num_threads(1)
    try:
        train(config)
    except Exception as error:  # of a bug of ours the traceback helps most
        return name, told(error) if is_expected(error) else " ".join(traceback.format_exc().split())
    return name, None


@contextmanager
def _without_bars() -> Iterator[None]:
    """Processes started inside the block draw no progress bars over the common one."""
    before = os.environ.get("TQDM_DISABLE")
    os.environ["TQDM_DISABLE"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["TQDM_DISABLE"]
        else:
            os.environ["TQDM_DISABLE"] = before
