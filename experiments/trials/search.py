"""A search: trials until the study has as many as it should, and the page on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from hydra import compose
from omegaconf import DictConfig, OmegaConf
from pydantic import StringConstraints

from dg.hyperparameters import Count
from experiments.paper.grid import quoted
from experiments.runs.data import split
from experiments.runs.run import identity
from experiments.runs.settings import Name, Open, check, refuse_without_v
from experiments.trials import page
from experiments.trials.space import Space, held, usual, varied
from experiments.trials.study import Journal
from experiments.trials.trial import attempt, overrides


class Searching(Open):
    """conf/search.yaml, composed; the rest of it is what its runs are composed of."""

    trials: Count
    startup: Count
    name: Annotated[str, StringConstraints(pattern=r"^\w[\w.-]*$")]
    results: Name
    space: Space


def search(config: DictConfig, chosen: Sequence[str]) -> str:
    """Goes on with the study until it has `config.trials` trials, writes its page, and returns that.

    chosen: the overrides that every run is composed of
    Raises ValueError, before anything is trained, where an option, the space or the data are wrong.
    """
    check(config, Searching)
    space = Space.model_validate(OmegaConf.to_container(config.space, resolve=True))
    base = compose("train", [*chosen])
    check(base)
    if "wandb" in base.logger and base.logger.wandb.group is None:
        chosen = [*chosen, f"logger.wandb.group={quoted(config.name)}"]
    refuse_without_v(base, "a search")
    domains, fixed = varied(space, base, chosen)
    first = usual(domains, base)
    split(base)  # raises where the data are wrong, instead of every trial
    journal = Journal(Path(config.outputs, "search"), config.name)
    study = journal.study(
        {
            "settings of runs": identity(base),
            "validations": base.scale.validation.times,
            "space": {name: domain.model_dump() for name, domain in domains.items()},
            "fixed hyper-parameters": fixed,
        },
        startup=config.startup,
    )

    def composed_of(values: Mapping[str, Any]) -> list[str]:
        return overrides(chosen, fixed, held(domains, values))

    while True:
        with journal.trial(
            study, domains, first, trials=config.trials, seed=config.seed, startup=config.startup
        ) as trial:
            if trial is None:
                break
            attempt(trial, composed_of(trial.params))
    with journal.alone():
        return page.write(study, base, Path(config.results), composed_of)
