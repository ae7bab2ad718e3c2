"""What a search varies: hyper-parameters of a model and of its encoder, each with choices or a range (conf/space)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra import compose
from hydra.utils import get_class
from omegaconf import DictConfig
from optuna import Trial
from pydantic import Field, model_validator

from dg import hyperparameters
from dg.encoding import Encoder
from dg.files import short
from experiments.console.meant import meant
from experiments.paper.grid import choices, quoted
from experiments.runs.settings import Checked

SEARCHES = Path(__file__).resolve().parents[2] / "conf" / "search"


class Domain(Checked):
    """Of one hyper-parameter: choices, or a range, both ends included, of whole numbers where its ends are whole.

    log: whether every ratio of two values is as likely as any other, and not every difference
    """

    choices: list[Any] | None = None
    low: int | float | None = None
    high: int | float | None = None
    log: bool = False

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Domain:
        if self.choices is None:
            if self.low is None or self.high is None:
                raise ValueError("give choices, or low and high")
            if self.low >= self.high or (self.log and self.low <= 0):
                raise ValueError(f"low should be less than high{', and more than 0 with log' if self.log else ''}")
        elif self.low is not None or self.high is not None or self.log:
            raise ValueError("choices have no low, high or log; give one of both")
        elif not self.choices or len(set(map(written, self.choices))) < len(self.choices):
            raise ValueError("give choices that differ, at least one")
        return self

    @property
    def values(self) -> list[Any]:
        """What is checked before anything is tried: the choices, or both ends."""
        return [self.low, self.high] if self.choices is None else self.choices

    def named(self, value: Any) -> list[Any]:
        """The value as the study knows it, alone; empty where it may not be chosen."""
        if self.choices is not None:
            return [written(choice) for choice in self.choices if _same(choice, value)]
        fits = _is_number(value) and self.low <= value <= self.high and (isinstance(value, int) or not self.whole)
        return [value] if fits else []

    def holds(self, known: Any) -> bool:
        """Whether a study may know a value as `known`."""
        return bool(self.named(known)) if self.choices is None else known in map(written, self.choices)

    @property
    def whole(self) -> bool:
        """Whether its ends are whole numbers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def drawn(self, trial: Trial, name: str) -> Any:
        """The trial's value, which the study chooses once; a choice as Hydra's grammar writes it."""
        if self.choices is not None:
            return trial.suggest_categorical(name, [written(choice) for choice in self.choices])
        draw: Callable[..., int | float] = trial.suggest_int if self.whole else trial.suggest_float
        return draw(name, self.low, self.high, log=self.log)


class Space(Checked):
    """conf/space: hyper-parameters of the model and of its encoder; `common`: and those of conf/search/MODEL.yaml."""

    common: bool = False
    module: dict[str, Domain] = Field({})
    encoder: dict[str, Domain] = Field({})

    @property
    def domains(self) -> dict[str, Domain]:
        """By the names of config and study, e.g. "model.module.alpha"."""
        parts = {"module": self.module, "encoder": self.encoder}
        return {f"model.{part}.{name}": domain for part, named in parts.items() for name, domain in named.items()}


def varied(space: Space, config: DictConfig, chosen: Sequence[str]) -> tuple[dict[str, Domain], list[str]]:
    """What a search over `space` varies by name, and the overrides that all its trials have.

    config, chosen: of a run without trials, and the overrides that it is composed of
    Raises ValueError that names the first hyper-parameter that the model does not have, or a value it does not take.
    """
    domains, fixed = _grid(config.model.name, chosen) if space.common else ({}, [])
    domains |= space.domains
    if not domains:
        raise ValueError("space: nothing is varied; give hyper-parameters by module or encoder, or common: true")
    for name, domain in domains.items():
        _check(config, name, domain)
    return domains, fixed


def usual(domains: dict[str, Domain], config: DictConfig) -> dict[str, Any]:
    """The model as its config and its paper have it, in so far as the space has it: what the first trial is."""
    values = {}
    for name, domain in domains.items():
        _, part, argument = name.split(".")
        value = config.model[part].get(argument, _arguments(config, part)[argument].default)
        for known in domain.named(value):
            values[name] = known
    return values


def held(domains: Mapping[str, Domain], values: Mapping[str, Any]) -> dict[str, Any]:
    """A trial's values, by name; raises ValueError where a journal has others than the space allows."""
    if values.keys() != domains.keys() or not all(domains[name].holds(value) for name, value in values.items()):
        raise ValueError(f"the journal has a trial that is not of this space, {short(dict(values))}; remove the file")
    return dict(values)


def written(value: Any) -> str:
    """A value in Hydra's grammar."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{','.join(map(written, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return quoted(value) if isinstance(value, str) else repr(value)


def _same(first: Any, second: Any) -> bool:
    numbers = _is_number(first) and _is_number(second)
    return bool(first == second) if numbers else written(first) == written(second)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _grid(model: str, chosen: Sequence[str]) -> tuple[dict[str, Domain], list[str]]:
    """The values of conf/search/MODEL.yaml as choices, by the names of config; what has one value there is fixed."""
    known = sorted(file.stem for file in SEARCHES.glob("*.yaml") if file.stem != "all")
    if model not in known:
        raise ValueError(
            f"space=common: {model} has no grid, conf/search/{model}.yaml; name another space, or one of the models "
            f"{', '.join(known)}"
        )
    sweep = compose("train", [*chosen, f"search={model}"], return_hydra_config=True).hydra.sweeper.params
    domains, fixed = {}, []
    for values in choices([f"{key}={values}" for key, values in sweep.items() if key not in ("seed", "model")]):
        name = values[0].key_or_group
        if len(values) > 1:
            domains[name] = Domain(choices=[value.value() for value in values])
        else:
            fixed.append(f"++{name}={written(values[0].value())}")
    return domains, fixed


def _check(config: DictConfig, name: str, domain: Domain) -> None:
    _, part, argument = name.split(".")
    owner, takes = _owner(config, part)
    known = _arguments(config, part)
    if argument not in known:
        raise ValueError(
            f"space: {owner} has no hyper-parameter {argument!r}; {meant(argument, known)}it has {', '.join(known)}"
        )
    for value in domain.values:
        hyperparameters.check(takes, {argument: value}, f"space: {owner}")


def _arguments(config: DictConfig, part: str) -> dict[str, inspect.Parameter]:
    """The hyper-parameters of the model or its encoder."""
    signature = inspect.signature(_owner(config, part)[1]).parameters
    return {name: parameter for name, parameter in signature.items() if parameter.kind is parameter.KEYWORD_ONLY}


def _owner(config: DictConfig, part: str) -> tuple[str, Callable[..., Any]]:
    """Who has the hyper-parameters, and what takes them."""
    if part == "encoder":
        return "Encoder.fit", Encoder.fit
    model: Any = get_class(config.model.module["_target_"])
    return model.__name__, model.__init__
