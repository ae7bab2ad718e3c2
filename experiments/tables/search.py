"""Search, beyond the paper: a dozen trials of every model, compared with the validation split V alone (D55)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from omegaconf import OmegaConf
from tqdm import tqdm

from experiments.ink.models import label_of
from experiments.ink.numbers import printed
from experiments.paper.artifact import Paper
from experiments.runs.run import Run
from experiments.studies.columns import mean_ranks, measured

PAPER = Paper(
    name="Search",
    section="5.1.2",
    claim="nothing of a search: Appendix B names one setting of each model",
)
SHOWN = ("two-sample accuracy", "coverage", "autocorrelation, short", "autocorrelation, long", "quantiles")


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """The frame of experiments.studies.columns against V, `model` being a trial's; and number, settings, seconds.

    settings: what differs between the trials of a model; the first trial is the model as its paper says
    """
    trials = [
        (run, {"number": number, "settings": settings, "seconds": run.provenance["seconds"]})
        for of_model in _by_model(runs)
        for number, (run, settings) in enumerate(zip(of_model, _settings(of_model), strict=True))
    ]
    shown = tqdm(trials, desc="search", unit="trial")
    return pd.DataFrame([row | told for run, told in shown for row in measured(run, "validation")])


def render(frame: pd.DataFrame) -> str:
    """Of each model its trials, lowest mean rank over the columns first, and the first one's settings."""
    parts = []
    for model, rows in frame.groupby("model", sort=False):
        trials = rows.assign(model=rows["number"])
        ranks = mean_ranks(trials).mean().sort_values()
        values = trials.groupby(["model", "column"])["value"].median().unstack()
        told = trials.groupby("model")[["settings", "seconds"]].first()
        shown = pd.DataFrame(
            [
                {
                    "settings": f"{told.loc[number, 'settings']}{' (its paper)' if number == 0 else ''}",
                    "mean rank": f"{rank:.1f}",
                    **{name: printed(values.loc[number, name], ".3g") for name in SHOWN if name in values},
                    "seconds": f"{told.loc[number, 'seconds']:.0f}",
                }
                for number, rank in ranks.items()
            ]
        )
        parts.append(f"{label_of(model)}:\n\n{shown.to_markdown(index=False, disable_numparse=True)}")
    return "\n\n".join(parts)


def _by_model(runs: Sequence[Run]) -> list[list[Run]]:
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(run.model, []).append(run)
    return list(found.values())


def _settings(trials: Sequence[Run]) -> list[str]:
    """Of each trial what is not the same in all of them, e.g. "p = 7, residual_noise = True"."""
    chosen = pd.json_normalize(
        [OmegaConf.to_container(run.config.model, resolve=True) for run in trials]  # type: ignore[arg-type]
    )
    chosen.columns = [column.split(".")[-1] for column in chosen.columns]
    varied = [column for column in chosen if chosen[column].astype(str).nunique() > 1]
    return [", ".join(f"{name} = {value}" for name, value in row.items()) for row in chosen[varied].to_dict("records")]
