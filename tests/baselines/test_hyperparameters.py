"""Every hyper-parameter of every baseline is held against its annotation, by name."""

from __future__ import annotations

import inspect
import math
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import pytest

import baselines
from dg import Encoder, TimeSeriesDataset

DEFAULTS = {
    (name, parameter.name): parameter.default
    for name in baselines.MODELS
    for parameter in inspect.signature(getattr(baselines, name).__init__).parameters.values()
    if parameter.kind is parameter.KEYWORD_ONLY
}


@pytest.mark.parametrize("value", ["nonsense", [], math.nan, -1, -0.5, 10**400], ids=repr)
@pytest.mark.parametrize(("model", "name"), DEFAULTS)
def test_what_no_hyperparameter_may_be(ramps: TimeSeriesDataset, model: str, name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{model}: {name}: .*, got "):
        getattr(baselines, model)(Encoder.fit(ramps).layout, **{name: value})


@pytest.mark.parametrize(
    ("model", "wrong", "told"),
    [
        ("AR", {"p": 0}, "p: Input should be greater than or equal to 1, got 0"),
        ("AR", {"layers": 0}, "layers: Input should be greater than or equal to 1, got 0"),
        ("RNN", {"units": True}, "units: Input should be a valid integer, got True"),
        ("HMM", {"components": 0}, "components: Input should be greater than or equal to 1, got 0"),
        ("HMM", {"iterations": 2.0}, "iterations: Input should be a valid integer, got 2.0"),
        ("NaiveGAN", {"batch_norm": 1}, "batch_norm: Input should be a valid boolean, got 1"),
        ("RCGAN", {"init": "Glorot"}, "init: Input should be 'release' or 'glorot', got 'Glorot'"),
        ("RCGAN", {"generator_rounds": 0}, "generator_rounds: Input should be greater than or equal to 1, got 0"),
        ("TimeGAN", {"units": 0}, "units: Input should be greater than or equal to 1, got 0"),
        ("TimeGAN", {"shifted": "no"}, "shifted: Input should be a valid boolean, got 'no'"),
        ("MarketSimulator", {"order": 1}, "order: Input should be greater than or equal to 2, got 1"),
        ("MarketSimulator", {"order": 30}, "order: Input should be less than or equal to 12, got 30"),
        ("MarketSimulator", {"alpha": 1.5}, "alpha: Input should be less than or equal to 1, got 1.5"),
        (
            "MarketSimulator",
            {"windows": "all"},
            "windows: Input should be 'chained', 'whole' or 'increments', got 'all'",
        ),
    ],
)
def test_the_bad_value_is_named(ramps: TimeSeriesDataset, model: str, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError) as caught:
        getattr(baselines, model)(Encoder.fit(ramps).layout, **wrong)
    assert str(caught.value) == f"{model}: {told}"


@pytest.mark.parametrize("model", baselines.MODELS)
def test_the_papers_defaults_are_right(ramps: TimeSeriesDataset, model: str) -> None:
    defaults = {name: default for (of, name), default in DEFAULTS.items() if of == model}
    made = getattr(baselines, model)(Encoder.fit(ramps).layout, **defaults)
    assert made.description() == {"model": model, "hyperparameters": defaults}


@pytest.mark.parametrize("model", baselines.MODELS)
def test_every_hyperparameter_says_what_it_may_be(model: str) -> None:
    """A bare int or float has no range, and a bare str no choices."""
    hints = get_type_hints(inspect.unwrap(getattr(baselines, model).__init__), include_extras=True)
    for name in (name for of, name in DEFAULTS if of == model):
        kinds = [kind for kind in (hints[name], *get_args(hints[name])) if kind is not type(None)]
        assert any(kind is bool or get_origin(kind) in (Annotated, Literal) for kind in kinds), name
