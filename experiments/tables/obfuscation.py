"""Obfuscation (§6.1): what samples, and what the file of a retrained DoppelGANger, still tell of the real metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dg.doppelganger.retrain import BATCHES, retrain
from dg.doppelganger.wanted import draw_metadata
from dg.schema import Schema
from experiments.ink.models import label_of
from experiments.ink.numbers import spread
from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict, all_of, within
from experiments.runs.run import TEST_SEEDS, Run
from experiments.studies.inference import MOST, inferred, values_told
from experiments.studies.metadata import (
    EVERYWHERE,
    MANY,
    ROWS,
    SERIES,
    apart,
    categorical,
    everywhere,
    joint,
    levels,
    tables,
    total_variation,
)

PAPER = Paper(
    name="Obfuscation",
    section="6.1",
    claim="retraining the metadata generator alone hides the distribution of metadata, a business secret, and leaves "
    "P(R | A) unchanged; it measures neither",
)
JOINT = "all"
NEARER = 0.05  # by which a guess may be better before it counts as one
GUESSES = 100  # random distributions, whose distances from the real one are averaged
ATTACK = {"white": "As retrained,", "forgotten": "With min/max learnt anew,"}
NEAR = {
    "wanted": "samples from wanted",
    "noise": "sampling noise",
    "goal": "wanted from real",
    "samples": "samples from real",
}
GUESSED = {
    "samples": "guess from samples",
    "equal": "equal shares",
    "random": "random shares",
    "white": "guess from weights",
    "forgotten": "the same, min/max learnt anew",
    "learnt": "the model before",
}
LEFT = {
    "series": "series, before and after",
    "series_forgotten": "the same, min/max learnt anew",
    "again": "before, twice",
    "values": "values told by weights",
    "values_forgotten": "values told, min/max learnt anew",
}
NOTES = (
    "- Distances of metadata are total variations, 0 to 1, of combinations of all fields unless one is named. Real: "
    f"the training samples'. The sampling noise is that of {ROWS:,} rows of what was wanted.",
    "- Guesses: how far each is from the real distribution. From samples: they are like it. Equal and random shares: "
    "of the wanted combinations. From weights: the shares with which running means and variances of the min/max "
    "generator come out; not applicable without auto-normalization (there is no such generator), and where the values "
    f"have more than {MOST:,} combinations. The model before: its own metadata, the best that can be found in it.",
    "- Min/max learnt anew: `retrain(…, forget=True)` (D68).",
    "- Series: Wasserstein-1 of the samples' levels in standard deviations, as many of each combination in every set.",
    "- Values told: how often it is rightly told that the model draws a value in more than one of 1,000 samples, or "
    "that it does not, by whether the measurement generator's weights for it differ from their averages; 0.5 by "
    "guessing.",
    "- Not tried: the metadata generator's hidden layers, which begin as they were learnt; whether series look odd "
    "whose combination training lacked; how large weights are that never moved; shadow models.",
)


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per run, wanted distribution and field; all are total variations, over combinations for all fields.

    wanted: of the samples from what was wanted; noise: of as many rows of it
    The others are from the real distribution, that of the training metadata:
    goal: of what was wanted; samples: of the samples, the guess of who has these alone; learnt: of the model before,
        the best that can be found in it
    equal, random: guesses of who knows only which combinations are wanted, equal shares and Dirichlet ones (a mean)
    white: found in the weights of the file; forgotten: in those of a file whose min/max generator was learnt anew
    values, values_forgotten: how often weights rightly tell whether the model draws a value (`values_told`)
    series, series_forgotten, again: Wasserstein-1 of the levels of samples with the same metadata, before and after, in
        standard deviations; `again` of two sets before
    """
    return pd.DataFrame([row for run in runs if "metadata" not in run.lacks for row in _rows(run)])


def _rows(run: Run) -> Iterator[dict[str, Any]]:
    train, schema, before, seed = run.real.train, run.real.train.schema, run.generator, run.seed
    batches, n = min(BATCHES, run.config.batches), min(SERIES, 10 * len(train))
    own = draw_metadata(before, MANY, seed=seed)
    first, again = (levels(before, n, seed=each) for each in (seed, seed + TEST_SEEDS))
    rng = np.random.default_rng(seed)
    for name, table in {**tables(train, seed=seed), EVERYWHERE: everywhere(train, seed=seed)}.items():
        files = {way: retrain(before, table, batches=batches, seed=seed, forget=way == "forgotten") for way in ATTACK}
        found = {way: inferred(each) for way, each in files.items()}
        series = {way: levels(each, n, seed=seed + 2 * TEST_SEEDS) for way, each in files.items()}
        far = apart(first, {**series, "again": again}, schema)
        told = {way: values_told(each, own, schema) for way, each in files.items()}
        drawn, known = draw_metadata(files["white"], ROWS, seed=seed), joint(table, schema).index.to_frame(index=False)
        resampled = table.sample(ROWS, replace=True, random_state=seed)
        for field, fields in {JOINT: categorical(schema), **{each: [each] for each in categorical(schema)}}.items():
            real, goal = joint(train.metadata, schema, fields), joint(table, schema, fields)
            samples = joint(drawn, schema, fields)
            yield {
                "model": run.model,
                "seed": seed,
                "to": name,
                "field": field,
                "wanted": total_variation(samples, goal),
                "noise": total_variation(joint(resampled, schema, fields), goal),
                "goal": total_variation(goal, real),
                "samples": total_variation(samples, real),
                **_guesses(real, known, schema, fields, rng),
                **{way: _far(each, schema, fields, real) for way, each in found.items()},
                "learnt": total_variation(joint(own, schema, fields), real),
                "values": told["white"],
                "values_forgotten": told["forgotten"],
                "series": far["white"],
                "series_forgotten": far["forgotten"],
                "again": far["again"],
                "batches": batches,
            }


def render(frame: pd.DataFrame) -> str:
    """Medians and ranges over seeds: what samples are like, what is found of the real shares, what series are like."""
    whole = frame[frame["field"] == JOINT]
    batches = " and ".join(f"{each:,}" for each in sorted(frame["batches"].unique()))
    parts = (_table(whole, NEAR), _table(frame, GUESSED, each="field"), _table(whole, LEFT))
    lines = [f"- Retraining: {batches} batches; medians and ranges over seeds.", *NOTES]
    return "\n\n".join([*parts, "\n".join(lines)])


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """Whether weights are no better a guess of the real distribution, of all fields or one, than who lacks them has."""
    verdicts = []
    for way, file in ATTACK.items():
        gained = frame.assign(margin=frame[way] - frame[["samples", "equal"]].min(axis=1)).dropna(subset="margin")
        margins = gained.groupby(["to", "seed"], sort=False)["margin"].min()
        parts = [
            within(str(to), found, lambda value: value >= -NEARER) for to, found in margins.groupby("to", sort=False)
        ]
        claim = (
            f"{file} weights guess metadata or a field no better than samples or equal shares, or by {NEARER} at most"
        )
        verdicts += all_of(claim, parts)
    return verdicts


def _table(frame: pd.DataFrame, titles: Mapping[str, str], *, each: str | None = None) -> str:
    rows = []
    for (model, to, field), found in frame.groupby(["model", "to", "field"], sort=False):
        first = {"model": label_of(model), "wanted": to} | ({each: field} if each else {}) | {"seeds": len(found)}
        spreads = {title: spread(found[name], ".3f", undefined="not applicable") for name, title in titles.items()}
        rows.append(first | spreads)
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


def _guesses(
    real: pd.Series, known: pd.DataFrame, schema: Schema, fields: Sequence[str], rng: np.random.Generator
) -> dict[str, float]:
    """How far from the real shares those are that say nothing but which combinations are wanted."""

    def far(weights: NDArray[np.float64]) -> float:
        return total_variation(joint(known, schema, fields, weights), real)

    ones = np.ones(len(known))
    return {"equal": far(ones), "random": float(np.mean([far(rng.dirichlet(ones)) for _ in range(GUESSES)]))}


def _far(found: pd.Series | None, schema: Schema, fields: Sequence[str], real: pd.Series) -> float:
    if found is None:
        return np.nan
    return total_variation(joint(found.index.to_frame(index=False), schema, fields, found.to_numpy()), real)
