"""Figure 16 (§6.2): autocorrelation of daily page views under differential privacy, WWT."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.statistics.autocorrelation import autocorrelation
from benchmarks.statistics.rhythm import WEEK
from dg.dataset import TimeSeriesDataset
from dg.datasets.wwt import SCHEMA
from dg.privacy.accounting import released_epsilon
from experiments.ink.models import REAL, label_of
from experiments.ink.numbers import spread
from experiments.ink.plots import curve, panels
from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict, within
from experiments.runs.run import Run, one_a_seed
from experiments.runs.training import start

PAPER = Paper(
    name="Figure 16",
    section="6.2",
    claim="private training destroys the autocorrelation already at moderate ε, and the more so the smaller ε is",
)
OURS, BEYOND, NO_NOISE = "doppelganger", "doppelganger_private", 0.0
PUBLIC = "DoppelGANger, simulated pages alone"  # how BEYOND begins
RELEASE: dict[str, Any] = {"n": 50_000, "batch_size": 100, "epochs": 15, "delta": 1e-5}
LAGS = 60  # that are drawn
TWICE = np.log(2)
MODERATE = 1.0  # noise multiplier, which the release labels with ε = 10.5


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per run and lag: model, seed, noise, epsilon, delta, mu, batches, lag, autocorrelation; `real` is A′.

    noise: the noise multiplier, 0 without privacy; epsilon, delta, mu and private batches are those of the run's card
    Where a run began with simulated pages, what it began with stands beside it: has it learnt anything of real ones?
    """
    parts = [_rows(REAL, run.seed, {}, run.real.held_out) for run in one_a_seed(runs)]
    for run in runs:
        card = run.generator.card
        promised = dict((card.privacy if card else None) or {})
        parts.append(_rows(run.model, run.seed, {"batches": run.config.batches, **promised}, run.generated))
        public = start(run.config)
        if public is not None:
            told = {"epsilon": 0.0, "batches": run.config.model.pretraining.batches}
            parts.append(_rows(PUBLIC, run.seed, told, public.sample(len(run.generated), seed=run.seed)))
    return pd.concat(parts, ignore_index=True)


def render(frame: pd.DataFrame) -> Figure:
    """A panel for each noise, and for each model beyond the paper: its seeds over the real curve, to lag 60."""
    groups = [(key, rows) for key, rows in _groups(frame) if key[0] != REAL]
    columns = min(3, len(groups))
    lines = -(-len(groups) // columns)
    figure, axes = panels(lines, columns, height=1.5)
    real = frame[(frame["model"] == REAL) & (frame["seed"] == frame["seed"].min())]
    for axis, (key, rows) in zip(axes.ravel().tolist(), groups, strict=False):
        curve(axis, *_curve(real), REAL, "Real (A′)")
        for _, seed in rows.groupby("seed"):
            curve(
                axis,
                *_curve(seed),
                OURS if key[0] == PUBLIC else key[0],
                "generated, a line a seed" if seed["seed"].iloc[0] == rows["seed"].min() else "_",
            )
        axis.set(xlim=(1, LAGS), ylim=(-0.3, 1.05))
        axis.set_title(textwrap.fill(_title(key[0], rows), 34))
    for axis in axes.flat[len(groups) :]:
        axis.set_visible(False)
    for line in axes:
        line[0].set_ylabel("autocorrelation")
    for axis in axes.flat[max(0, len(groups) - columns) : len(groups)]:
        axis.set_xlabel("lag (days)")
    axes[0, 0].legend()
    return figure


def table(frame: pd.DataFrame) -> str:
    """By noise: ε and μ of these runs, the ε that the release prints for its own, and what is left of the curve."""
    scores, rows = _scores(frame), []
    for (model, noise), found in scores.groupby(["model", "noise"], sort=False):
        rows.append(
            {
                "model": label_of(str(model)),
                "noise multiplier": f"{noise:.3g}" if noise else _without_noise(str(model)),
                "ε": f"{found['epsilon'].median():.3g}" if found["epsilon"].notna().all() else "∞",
                "μ": f"{found['mu'].median():.3g}" if found["mu"].notna().all() else "",
                "ε as the release counts, for its 50,000 pages": _released(str(model), float(noise)),
                "autocorrelation, mean square error": spread(found["error"], ".5f"),
                "weekly contrast, of the real one": spread(found["share"], ".0%"),
                "batches": f"{found['batches'].max():,.0f}",
                "seeds": len(found),
            }
        )
    text = pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
    return (
        f"{text}\n\n- ε is at δ = 1e-5 for one page more or less, by dp-accounting; a batch is a Poisson sample, and a "
        "page's gradient is clipped over both discriminators together (D58). With the same noise it is more than that "
        "of the release, because there are fewer pages here and each is in a batch more often."
    )


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """By the error of the curve: whether moderate noise multiplies it, and whether what is beyond halves that again.

    What began with simulated pages must have learnt of real ones too.
    """
    scores, found = _scores(frame), []
    errors = {key: rows.set_index("seed")["error"] for key, rows in scores.groupby(["model", "noise"], sort=False)}
    plain, noised = errors.get((OURS, NO_NOISE)), errors.get((OURS, MODERATE))
    if noised is None:
        return []
    if plain is not None:
        claim = f"with noise {MODERATE:g} the error is at least twice that without privacy (logarithm of the ratio)"
        found.append(within(claim, np.log(noised / plain), lambda ratio: ratio >= TWICE))
    beyond = {model: error for (model, _), error in errors.items() if model != OURS}
    public = beyond.pop(PUBLIC, None)
    for model, error in beyond.items():
        claim = f"{label_of(model)}: at most half of the error with noise {MODERATE:g} (logarithm of the ratio)"
        found.append(within(claim, np.log(error / noised), lambda ratio: ratio <= -TWICE))
    if public is not None:
        claim = f"{label_of(BEYOND)}: a lower error than before it saw real pages (logarithm of the ratio)"
        found.append(within(claim, np.log(beyond[BEYOND] / public), lambda ratio: ratio < 0))
    return found


def _rows(model: str, seed: int, told: dict[str, Any], data: TimeSeriesDataset) -> pd.DataFrame:
    values = autocorrelation(data)
    numbers = {name: told.get(name, np.nan) for name in ("epsilon", "delta", "mu", "batches")}
    noise = {"noise": told.get("noise_multiplier", NO_NOISE)}
    lags = {"lag": np.arange(1, len(values) + 1), "autocorrelation": values}
    return pd.DataFrame({"model": model, "seed": seed, **noise, **numbers, **lags})


def _groups(frame: pd.DataFrame) -> list[tuple[tuple[str, float], pd.DataFrame]]:
    """By model and noise; the noise of a model that is told its ε may differ by seed, and counts as one."""
    keys = frame.groupby("model")["noise"].transform("median").where(frame["model"] != OURS, frame["noise"])
    return [((str(m), float(n)), rows) for (m, n), rows in frame.groupby(["model", keys], sort=False)]


def _scores(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a run: its mean square error, and its weekly contrast as a share of the real one of its seed."""
    real = {seed: rows for seed, rows in frame[frame["model"] == REAL].groupby("seed")}
    rows = []
    for (model, noise), group in _groups(frame):
        for seed, own in group.groupby("seed") if model != REAL else ():
            truth, curve = (part["autocorrelation"].to_numpy() for part in (real[seed], own))
            contrasts = [WEEK.contrast(values[:, None], SCHEMA, len(values)).item() for values in (curve, truth)]
            first = own.iloc[0]
            rows.append(
                {"model": model, "noise": noise, "seed": seed, "epsilon": first["epsilon"], "mu": first["mu"]}
                | {"batches": first["batches"], "error": np.mean((curve - truth) ** 2)}
                | {"share": contrasts[0] / contrasts[1]}
            )
    return pd.DataFrame(rows)


def _curve(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    shown = rows[rows["lag"] <= LAGS]
    return shown["lag"], shown["autocorrelation"]


def _title(model: str, rows: pd.DataFrame) -> str:
    noise, epsilon = rows["noise"].median(), rows["epsilon"].median()
    if model != OURS:
        return label_of(model)
    return f"noise {noise:.3g}, ε = {epsilon:.3g}" if noise else _without_noise(model)


def _without_noise(model: str) -> str:
    return "no real pages" if model == PUBLIC else "no privacy"


def _released(model: str, noise: float) -> str:
    return f"{released_epsilon(noise, **RELEASE):.3g}" if noise and model == OURS else ""
