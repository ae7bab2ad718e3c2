"""Downstream tasks by the protocol of Figure 12: what Figures 13 and 24 to 26, Table 5 and the augmentation share.

Their frames have one row per task, model, seed, training set, test set and predictor: task, model, seed, trained ("A",
"B" or "A + B"), tested ("A′" or "B′"), predictor, control, the task's scores, converged and resampled. Model `real` is
A tested on A′, and A′ tested on A. A model that cannot take part has one row with the reason in `left out`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import sklearn
from joblib import Parallel, delayed
from tqdm import tqdm

from benchmarks.downstream.classification import classification
from benchmarks.downstream.features import summary
from benchmarks.downstream.forecasting import FORECASTING
from benchmarks.downstream.protocol import Array, Task, evaluate
from dg.dataset import TimeSeriesDataset, concatenate
from dg.files import regular
from experiments.runs.run import Run, one_a_seed
from experiments.studies.capabilities import unable, with_left_out


def classified(
    runs: Sequence[Run], features: Callable[[TimeSeriesDataset], Array] = summary, *, augment: bool = False
) -> pd.DataFrame:
    """The classifiers' accuracies; models that cannot generate metadata are left out."""
    unsaid = sorted({run.dataset for run in runs if run.config.dataset.predicted is None})
    if unsaid:
        raise ValueError(
            f"{unsaid[0]}: nothing is said to be predicted: name a categorical field of the metadata by "
            "dataset.predicted="
        )
    reasons = unable(runs, ("metadata",))
    able = [run for run in runs if run.model not in reasons]
    frame = scores(able, lambda run: classification(run.config.dataset.predicted, features), augment=augment)
    return with_left_out(frame, reasons)


def forecasted(runs: Sequence[Run], *, augment: bool = False) -> pd.DataFrame:
    """The regressors' R²; every model can take part."""
    return scores(runs, lambda run: FORECASTING, augment=augment)


def tasks(runs: Sequence[Run], *, augment: bool = False) -> dict[str, pd.DataFrame]:
    """For each dataset of the runs, the scores of the task that its config names: forecasting or classification."""
    kinds = {"forecasting": forecasted, "classification": classified}
    of_dataset: dict[str, list[Run]] = {}
    for run in runs:
        of_dataset.setdefault(run.dataset, []).append(run)
    return {name: kinds[these[0].config.dataset.task](these, augment=augment) for name, these in of_dataset.items()}


def scores(runs: Sequence[Run], task_of: Callable[[Run], Task], *, augment: bool = False) -> pd.DataFrame:
    """Every predictor of each run's task, trained on A, on A′ and on B (augment: on A + B too), tested on the others.

    Cells are computed in parallel over the cores. Each is kept beside the runs, so that interrupted work resumes and
    artifacts share cells.
    """
    cells = [Cell("real", run, task_of(run), trained) for run in one_a_seed(runs) for trained in ("A", "A′")]
    cells += [Cell(run.model, run, task_of(run), "B") for run in runs]
    cells += [Cell(run.model, run, task_of(run), "A + B") for run in runs if augment]
    _refuse_nothing_held_out(runs)
    missing = [cell for cell in cells if not cell.file.exists()]
    work = (delayed(_evaluate)(cell.task, *cell.data, cell.run.seed, cell.file) for cell in missing)
    done = Parallel(n_jobs=-1, return_as="generator_unordered")(work)
    for _ in tqdm(done, total=len(missing), desc="predictors", unit="training set", disable=not missing):
        pass
    return pd.concat([_labelled(cell) for cell in cells], ignore_index=True)


COLUMNS = ("tested", "predictor", "control", "converged", "resampled")  # of what is kept, beside the scores


@dataclass(frozen=True)
class Cell:
    """One training set and what its predictors are tested on."""

    model: str
    run: Run
    task: Task
    trained: str

    @property
    def data(self) -> tuple[TimeSeriesDataset, Mapping[str, TimeSeriesDataset]]:
        """What the predictors train on and are tested on; A′ is `held_out`, which excludes the validation split."""
        real, run = self.run.real, self.run
        match self.trained:
            case "A":
                return real.train, {"A′": real.held_out}
            case "A′":
                return real.held_out, {"A": real.train}
            case "B":
                return run.generated, {"A′": real.held_out, "B′": run.generated_test}
        return concatenate([real.train.beside(run.generated), run.generated]), {"A′": real.held_out}

    @cached_property
    def file(self) -> Path:
        """Where the scores are kept; the name is a hash of all that decides them."""
        run, prints = self.run, [self.run.real.train.fingerprint, self.run.real.held_out.fingerprint]
        if self.model != "real":
            prints.append(run.generated.fingerprint)
        key = "\n".join([self.task.description, sklearn.__version__, self.trained, str(run.seed), *prints])
        folder = run.folder.parents[1] / "downstream"
        return folder / f"{hashlib.sha256(key.encode()).hexdigest()[:12]}.parquet"


def _evaluate(
    task: Task, train: TimeSeriesDataset, tests: Mapping[str, TimeSeriesDataset], seed: int, file: Path
) -> None:
    frame = evaluate(task, train, tests, seed=seed)
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = file.with_suffix(f".{os.getpid()}.unfinished")  # of this process, another may compute the same
    frame.to_parquet(whole)
    whole.rename(file)


def _read(file: Path) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(regular(file))
        missing = [column for column in COLUMNS if column not in frame]
        if missing:
            raise ValueError(f"it has no column {', '.join(missing)}")
    except Exception as error:  # pyarrow raises many kinds
        raise ValueError(f"{file} is damaged ({error}); delete it, and its scores are computed again") from error
    return frame


def _labelled(cell: Cell) -> pd.DataFrame:
    frame = _read(cell.file)
    for place, (name, value) in enumerate(
        {"task": cell.task.name, "model": cell.model, "seed": cell.run.seed, "trained": cell.trained}.items()
    ):
        frame.insert(place, name, value)
    return frame


def _refuse_nothing_held_out(runs: Sequence[Run]) -> None:
    for run in runs:
        if run.real.nothing_held_out:
            raise ValueError(f"{run.folder}: predictors are tested on held-out samples; choose dataset.held_out=0.5")
