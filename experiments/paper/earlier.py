"""Numbers that results hold already: `extends=` takes them over, and only runs that are not behind them are made.

A model or a seed more then costs no more than itself. Runs are the same where their ids are, which are hashes of all
that decides them. That what computes numbers is still the same is seen by the rows of `real`, which come out anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
from omegaconf import DictConfig
from pandas.api.types import is_integer_dtype

from experiments.ink.models import KEPT, REAL, is_control
from experiments.paper import written
from experiments.runs.facts import Facts
from experiments.runs.run import Run


@dataclass(frozen=True)
class Earlier:
    """An artifact's numbers, and by id the runs behind them but controls: these train nothing and are drawn anew."""

    file: Path
    frame: pd.DataFrame
    runs: Mapping[str, Facts]

    @classmethod
    def read(cls, name: str, folder: Path) -> Earlier:
        """Those of the artifact `name` in a folder of results.

        Raises ValueError where it is not there, is damaged, or cannot be extended.
        """
        file = folder / f"{name}.csv"
        if not file.exists():
            raise ValueError(f"{folder} has no {name}.csv, so that there is nothing to extend: name another folder")
        frame = written.frame(file)
        if not {"model", "seed"} <= {*frame.columns} or REAL not in set(frame["model"]):
            raise ValueError(
                f"{file} cannot be extended: only numbers of models and seeds with rows of {REAL!r} can, by which is "
                "seen that the same code made them; compute it whole, without extends="
            )
        sources = written.read(file.with_suffix(".json"))["runs"]
        return cls(file, frame, {run["id"]: run for run in sources if not is_control(run["model"])})

    def among(self, configs: Sequence[DictConfig]) -> list[Run]:
        """The runs of a grid, those that are behind these numbers with what was told of them.

        Raises ValueError where there are none, where a model and a seed have several runs, or where no seed is both
        here and made anew.
        """
        runs = [replace(run, told=self.runs.get(run.folder.name)) for run in map(Run.of, configs)]
        if len({(run.model, run.seed) for run in runs}) < len(runs):
            raise ValueError(f"{self.file} cannot be extended: here a model has several runs with the same seed")
        taken, made = ({run.seed for run in runs if (run.told is None) == anew} for anew in (False, True))
        if not taken:
            raise ValueError(f"{self.file} is of none of these runs: name its dataset, scale and data, or no extends=")
        if not taken & made:
            raise ValueError(
                f"nothing is left to make of a seed that {self.file} has, by which were seen that the same code made "
                "it: name a line-up with a control"
            )
        return runs

    def extended(self, frame: pd.DataFrame, runs: Sequence[Run]) -> pd.DataFrame:
        """A frame of the runs that were made, and the rows of those that are taken over, in the order of `runs`.

        Raises ValueError where other columns were computed, or other numbers of `real`, or where a run has no row.
        """
        real, again = (_real(rows, {*self.frame["seed"]} & {*frame["seed"]}) for rows in (self.frame, frame))
        if {*frame.columns} != {*self.frame.columns} or not _same(real[frame.columns], again):
            raise ValueError(
                f"{self.file} was computed by other code, or of other rows: its numbers of {REAL!r} are not those of "
                "now; compute it whole, without extends="
            )
        taken = {(run.model, run.seed) for run in runs if run.told is not None}
        models = {model for model, _ in taken}
        kept = self.frame.loc[_of(self.frame, taken, models), frame.columns]
        there, unable = {*_pairs(kept)}, {*kept.loc[_left_out(kept), "model"]}
        if missing := [pair for pair in taken - there if pair[0] not in unable]:
            model, seed = min(missing)
            raise ValueError(f"{self.file} has no row of {model} with seed {seed}; compute it whole, without extends=")
        kept = kept.astype({name: kind for name, kind in frame.dtypes.items() if is_integer_dtype(kind)})
        whole = pd.concat([frame[~_of(frame, set(), models)], kept], ignore_index=True)
        places = {(run.model, run.seed): place for place, run in enumerate(runs)}
        order = np.where(_left_out(whole), len(runs), [places.get(pair, -1) for pair in _pairs(whole)])  # -1: real
        return whole.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def _pairs(frame: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """Of each row the model and the seed of its run, which may have a second row for the generator that it kept."""
    return zip(frame["model"].str.removesuffix(KEPT), frame["seed"], strict=True)


def _of(frame: pd.DataFrame, pairs: Set[tuple[str, int]], models: Set[str]) -> pd.Series:
    """Whether a row is one of these models and seeds, or says why one of `models` is left out."""
    of_run = pd.Series([pair in pairs for pair in _pairs(frame)], frame.index, dtype=bool)
    return of_run | (_left_out(frame) & frame["model"].isin(models))


def _left_out(frame: pd.DataFrame) -> pd.Series:
    """Whether a row says that a model cannot take part, and why (experiments.studies.capabilities)."""
    return frame["left out"].notna() if "left out" in frame else pd.Series(False, frame.index)


def _real(frame: pd.DataFrame, seeds: set[int]) -> pd.DataFrame:
    """The rows of `real` as a .csv has them, which does not tell an empty text from no value."""
    rows = frame[frame["model"].eq(REAL) & frame["seed"].isin(seeds)]
    return pd.read_csv(StringIO(rows.to_csv(index=False)))


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether they have the same texts, and numbers that differ by no more than another processor's rounding."""
    try:
        pd.testing.assert_frame_equal(one, other, check_dtype=False, rtol=1e-6)
    except AssertionError:
        return False
    return True
