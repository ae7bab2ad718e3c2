"""Runs made side by side: as many at a time as there are cores, each in a process of its own with one thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import torch
from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky.process_executor import TerminatedWorkerError
from omegaconf import DictConfig, OmegaConf
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from experiments.runs.attempt import attempt
from experiments.runs.run import Run, made_elsewhere


def make(cells: Sequence[DictConfig], *, jobs: int, title: str) -> None:
    """Makes the runs of `cells` that are missing, `jobs` at a time, with one bar: done, running, failed, time left.

    Whatever `jobs` is, a run has one thread, so that it has the same bytes. A run that fails stops no other, and those
    that another command is making are waited for at the end. Raises ValueError then that lists the failed ones with
    their reasons; the others are kept.
    """
    left = unfinished(cells)
    made, failed = attempts(left, jobs=jobs, wait=False), 0
    with tqdm(total=len(left), desc=title, unit="run", disable=not left) as bar:
        while left:
            for reason in made:
                failed += reason is not None
                bar.update()
                bar.set_postfix(running=min(jobs, bar.total - bar.n), failed=failed)
            left = left_to_others(left)
            made = attempts(left, jobs=jobs, wait=False)
            bar.total += len(left)
    refuse_unfinished(cells)


def unfinished(cells: Iterable[DictConfig]) -> list[DictConfig]:
    """Those whose runs are not there."""
    return [cell for cell in cells if not Run.of(cell).finished]


def attempts(cells: Sequence[DictConfig], *, jobs: int, wait: bool = True) -> Iterator[str | None]:
    """Makes the runs of `cells`, `jobs` at a time; of each, as it ends, why it failed, or None.

    wait: False passes over those that another process is making
    """
    if isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1:
        raise ValueError(f"jobs is {jobs!r}: say how many runs are made at a time, at least 1")
    return _attempts(cells, jobs, partial(attempt, wait=wait))


def _attempts(cells: Sequence[DictConfig], jobs: int, attempt: Callable[..., str | None]) -> Iterator[str | None]:
    if jobs == 1 or len(cells) < 2:
        threads = torch.get_num_threads()
        try:
            with logging_redirect_tqdm():
                yield from map(attempt, cells)
        finally:
            torch.set_num_threads(threads)
        return
    work = (delayed(attempt)(OmegaConf.to_container(cell, resolve=True)) for cell in cells)
    with (
        _without_bars(),
        parallel_config("loky", n_jobs=jobs, inner_max_num_threads=1),
        suppress(TerminatedWorkerError),
    ):
        results: Iterable[Any] = Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch=jobs)(work)
        yield from results  # a process that the system ended takes the others with it: their runs are unfinished


def refuse_unfinished(cells: Sequence[DictConfig], stop: str = "its process was ended, e.g. for its memory") -> None:
    """Raises ValueError that lists the runs which are not there, whatever their launcher says of them, and why.

    stop: the reason of those that had no time to leave one
    """
    runs = [Run.of(cell) for cell in unfinished(cells)]
    if runs:
        failed = [f"{run.name}: {why(run) or stop}" for run in runs]
        raise ValueError(
            f"{len(failed)} of {len(cells)} runs failed: {'; '.join(failed)}; the others are kept, and the same "
            "command tries these again"
        )


def left_to_others(cells: Iterable[DictConfig]) -> list[DictConfig]:
    """Waits for the processes that are making runs of `cells`; those that they have not finished."""
    return [cell for cell in unfinished(cells) if made_elsewhere(run := Run.of(cell)) and not run.finished]


def why(run: Run) -> str | None:
    """Why the last attempt to make a run failed, if it did."""
    return run.failure.read_text(encoding="utf-8") if run.failure.exists() else None


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
