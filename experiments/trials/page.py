"""The page of a search: its trials, what matters, how the best one came about, and the command that makes it again."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from omegaconf import DictConfig
from optuna import Study
from optuna.importance import get_param_importances
from optuna.trial import TrialState

from experiments.ink.numbers import percent, printed
from experiments.ink.plots import footer, panels, save
from experiments.runs.data import origin
from experiments.runs.provenance import revision

WORDS = {"COMPLETE": "whole", "PRUNED": "cut short", "FAIL": "failed", "RUNNING": "running", "WAITING": "waiting"}


def write(study: Study, base: DictConfig, results: Path, overrides: Callable[[Mapping[str, Any]], list[str]]) -> str:
    """Writes search-NAME.md, .csv and .png into `results`; returns the page.

    base: the config of a run without trials; overrides: of the run that has such values
    Raises ValueError, once they are written, where every trial has failed.
    """
    frame, matter = trials(study), importance(study)
    whole = frame[frame["state"] == "whole"]
    judge = base.dataset.metrics[0]
    counts = ", ".join(f"{count} {state}" for state, count in frame["state"].value_counts().items())
    about = (
        f"{base.model.name} on {base.dataset.name}, by {judge} on V (D55), lower is better. {counts}. "
        f"Data: {origin(base)}; scale {base.scale.name} ({base.batches:,} batches); seed {base.seed}; "
        f"revision {revision()}."
    )
    parts = [f"# Search {study.study_name}", about]
    if len(whole):
        best = study.best_trial
        command = shlex.join(["python", "-m", "experiments.train", *overrides(best.params)])
        parts += [f"The best is trial {best.number}, run {best.user_attrs['run']}:", f"```sh\n{command}\n```"]
        parts.append("The least of many values flatters: compare the model by samples that chose nothing, A′.")
    if matter:
        shown = ", ".join(f"{name} {percent(share)}" for name, share in matter.items())
        parts.append(f"What the good trials differ in from the others (PED-ANOVA): {shown}.")
    parts.append(_table(frame))
    results.mkdir(parents=True, exist_ok=True)
    file, page = results / f"search-{study.study_name}", "\n\n".join(parts)
    frame.to_csv(f"{file}.csv", index=False)
    drawn = draw(whole, matter, judge)
    footer(drawn, about)
    save(drawn, Path(f"{file}.png"))
    Path(f"{file}.md").write_text(f"{page}\n", encoding="utf-8")
    if set(frame["state"]) == {"failed"}:
        raise ValueError(f"every trial has failed, the first because: {frame['reason'].iloc[0]}")
    return page


def trials(study: Study) -> pd.DataFrame:
    """A row a trial: number, state, value, its hyper-parameters by their last names, run, reason of a failure."""
    return pd.DataFrame(
        [
            {
                "number": trial.number,
                "state": WORDS[trial.state.name],
                "value": trial.value if trial.state == TrialState.COMPLETE else np.nan,
                **{_short(name): value for name, value in trial.params.items()},
                "run": trial.user_attrs.get("run", ""),
                "batches": max(trial.intermediate_values) if trial.state == TrialState.PRUNED else np.nan,
                "reason": trial.user_attrs.get("reason", ""),
            }
            for trial in study.get_trials(deepcopy=False)
        ]
    )


def importance(study: Study) -> dict[str, float]:
    """How much each hyper-parameter decides whether a trial is among the good ones, in sum 1; empty where too few are.

    By PED-ANOVA (Watanabe et al., IJCAI 2023).
    """
    whole = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len({trial.value for trial in whole}) < 2:
        return {}
    return {_short(name): share for name, share in get_param_importances(study).items()}


def draw(whole: pd.DataFrame, matter: Mapping[str, float], judge: str) -> Figure:
    """Each whole trial with the best so far, beside the importance of each hyper-parameter."""
    figure, axes = panels(1, 2, height=3.0)
    left, right = axes[0]
    left.plot(whole["number"], whole["value"], "o", ms=3, label="a trial")
    left.step(whole["number"], whole["value"].cummin(), where="post", label="the best so far")
    left.set(xlabel="trial (number)", ylabel=f"{judge} on V, lower is better")
    if (whole["value"] > 0).all():
        left.set_yscale("log")
    left.legend()
    right.barh([*matter][::-1], [*matter.values()][::-1])
    right.set_xlabel("importance (share)")
    return figure


def _table(frame: pd.DataFrame) -> str:
    """The best first; what is empty for all is left out."""
    shown = frame.sort_values(["value", "number"]).rename(columns={"number": "trial"})
    for name in shown.select_dtypes("float"):
        shown[name] = [printed(value, ".4g", undefined="") for value in shown[name]]
    shown = shown[[name for name in shown if (shown[name].astype(str) != "").any()]]
    return shown.to_markdown(index=False, disable_numparse=True)


def _short(name: str) -> str:
    return name.rpartition(".")[2]
