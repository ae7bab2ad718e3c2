"""Tries to tell training samples by a model, or by anybody's synthetic table, and says on one page what comes of it."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import hydra
import numpy as np
from omegaconf import DictConfig, OmegaConf

import baselines  # noqa: F401, its models can be loaded
from benchmarks.column import FEWEST as COMPARED
from benchmarks.features import features
from benchmarks.two_sample import TwoSample, two_sample
from dg.dataset import TimeSeriesDataset
from dg.files import appearing
from dg.generator import Generator
from dg.hyperparameters import Count, Seed, check
from dg.model_file import load
from dg.schema import Categorical
from experiments.console.door import enter, expected
from experiments.runs.sides import read_sides
from experiments.studies.attacks import attempts, columns, why_no_critic
from experiments.studies.nearest_pairs import draw
from experiments.studies.privacy_page import Examined, page
from experiments.studies.promise import terms_of
from experiments.studies.shadow_models import ShadowModels

A_MEMBER, MOST = 10, 10_000  # samples that are drawn from a model


def privacy(
    members: str,
    nonmembers: str,
    out: str,
    *,
    model: str | None = None,
    synthetic: str | None = None,
    reference: str | None = None,
    samples: Count | None = None,
    shadows: int = 0,
    seed: Seed = 0,
    schema: str | None = None,
    **reading: Any,
) -> str:
    """Writes privacy.md, .json and .png into the folder `out`, which appears when it is whole; returns the page.

    reference: a table of neither; None: the attacks on generated samples have half of the non-members for it
    samples: drawn from the model; None: ten for each member, 10,000 at most
    shadows: models that are trained as `model` was, for an attack by shadow models; 0: without it
    schema: a file that says how to read the tables, as a model does; else `reading` does, as `own_table.read` is told
    Raises ValueError before anything is drawn: where not just one of `model` and `synthetic` is named, and as
    `ShadowModels` and `read_sides` do.
    """
    check(privacy, {"samples": samples, "shadows": shadows, "seed": seed}, "privacy")
    if (model is None) == (synthetic is None):
        raise ValueError("privacy: name one of both, a model= or a table of generated samples, synthetic=")
    if model is not None and schema is not None:
        raise ValueError(f"privacy: {model} says how to read the tables; leave schema= out")
    if Path(out).exists():
        raise ValueError(f"{out} is there already; name another folder by out=, or remove it")
    generator = None if model is None else load(model)
    trained = _shadows(generator, shadows, model) if shadows else None
    known = schema if generator is None else generator.encoder.schema
    sides = read_sides(members, nonmembers, reference, synthetic, schema=known, **reading)
    rng, card, terms = np.random.default_rng(seed), None, None
    others = sides.nonmembers.take(rng.permutation(len(sides.nonmembers)))  # a table may be in the order of something
    unasked, critic = "a table of samples has none", None
    if generator is None:
        generated = sides.synthetic
    else:
        card, terms, unasked = generator.card, terms_of(generator.card), why_no_critic(generator)
        critic = None if unasked else generator.scores
        generated = generator.sample(samples or min(A_MEMBER * len(sides.members), MOST), seed=seed)
    assert generated is not None
    achieved = attempts(
        sides.members,
        others,
        generated,
        reference=sides.reference,
        critic=critic,
        shadows=trained,
        delta=terms.delta if terms else 0.0,
        rng=rng,
    )
    found = Examined(
        subject=Path(model or synthetic or "").name,
        members_name=Path(members).name,
        nonmembers_name=Path(nonmembers).name,
        members=len(sides.members),
        nonmembers=len(sides.nonmembers),
        generated=len(generated),
        attempts=list(achieved),
        critic=unasked,
        alike=_alike(sides.members, others, seed),
        fingerprint=sides.members.fingerprint,
        card=card,
        model=generator is not None,
        shadows=shadows,
    )
    text, figure = page(found), draw(sides.members, others, generated, rng=rng)
    with appearing(Path(out)) as folder:
        figure.savefig(folder / "privacy.png", dpi=150)
        (folder / "privacy.json").write_text(f"{json.dumps(_described(found, seed), indent=2)}\n", encoding="utf-8")
        (folder / "privacy.md").write_text(f"{text}\n", encoding="utf-8")
    return text


def _shadows(generator: Generator | None, shadows: int, model: str | None) -> ShadowModels:
    if generator is None:
        raise ValueError(f"privacy: shadows is {shadows}, and shadow models are trained as a model= was; leave it out")
    return ShadowModels(generator, shadows, where=str(model))


def _alike(members: TimeSeriesDataset, nonmembers: TimeSeriesDataset, seed: int) -> TwoSample | None:
    """Whether a classifier tells the two without any model; None for too few samples, or without numbers in series."""
    numeric = any(not isinstance(field, Categorical) for field in members.schema.measurements)
    if min(len(members), len(nonmembers)) < COMPARED or not numeric:
        return None
    first, second = (features(side.only_numeric()).to_numpy() for side in (members, nonmembers))
    return two_sample(first, second, seed=seed)


def _described(found: Examined, seed: int) -> dict[str, Any]:
    """What privacy.json has: a row an attack and group of samples, as experiments/studies/attacks.py describes it."""
    rows = [{"attack": a.attack, "group": a.group, **columns(a.outcome)} for a in found.attempts]
    return {
        "subject": found.subject,
        "members": found.members,
        "nonmembers": found.nonmembers,
        "generated": found.generated,
        "shadows": found.shadows,
        "seed": seed,
        "critic": found.critic or None,
        "told apart without a model": found.alike._asdict() if found.alike else None,
        "privacy": dict(found.card.privacy) if found.card and found.card.privacy else None,
        "frame": [{name: None if _undefined(value) else value for name, value in row.items()} for row in rows],
    }


def _undefined(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


@hydra.main(config_path="../conf", config_name="privacy", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    given: Any = OmegaConf.to_container(config, resolve=True)
    model = given.pop("model")
    print(privacy(**given, model=model and model["file"]))


def _escaped(option: str) -> str:
    """Hydra takes `model=` for a choice of conf/model, unless its value is a mapping."""
    name, _, value = option.partition("=")
    return f"model={{file: {value}}}" if name == "model" else option


if __name__ == "__main__":
    sys.argv[1:] = map(_escaped, sys.argv[1:])
    enter(main)
