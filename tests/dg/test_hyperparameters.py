"""Every hyper-parameter is held against its annotation, by name; what is wrong trains nothing."""

from __future__ import annotations

import inspect
import math
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import numpy as np
import pytest

from dg import DoppelGANger, Encoder, TimeSeriesDataset, fit
from dg.hyperparameters import Count, Share, check
from dg.module import GenerativeModule

DEFAULTS = {
    parameter.name: parameter.default
    for parameter in inspect.signature(DoppelGANger.__init__).parameters.values()
    if parameter.kind is parameter.KEYWORD_ONLY
}
NOTHING_TAKES = ["nonsense", "", [], {}, math.nan, math.inf, -1, -0.5, 10**400, b"1", ..., np.int64(-1)]


@pytest.mark.parametrize("value", NOTHING_TAKES, ids=repr)
@pytest.mark.parametrize("name", DEFAULTS)
def test_what_no_hyperparameter_may_be(toy: TimeSeriesDataset, name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^DoppelGANger: {name}: .*, got ") as caught:
        DoppelGANger(Encoder.fit(toy).layout, **{name: value})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"packing": 0}, "packing: Input should be greater than or equal to 1, got 0"),
        ({"discriminator_rounds": 0}, "discriminator_rounds: Input should be greater than or equal to 1, got 0"),
        ({"generator_rounds": 0}, "generator_rounds: Input should be greater than or equal to 1, got 0"),
        ({"initial_state": "nonsense"}, "initial_state: Input should be 'random' or 'zero', got 'nonsense'"),
        ({"sample_len": 0}, "sample_len: Input should be greater than or equal to 1, got 0"),
        ({"sample_len": 8}, "sample_len: S should be at most T = 7, the records of the longest sample, got 8"),
        ({"alpha": math.nan}, "alpha: Input should be a finite number, got nan"),
        ({"alpha": True}, "alpha: Input should be a valid number, got True"),
        ({"learning_rate": 0}, "learning_rate: Input should be greater than 0, got 0"),
        ({"learning_rate": -1}, "learning_rate: Input should be greater than 0, got -1"),
        ({"learning_rate": math.inf}, "learning_rate: Input should be a finite number, got inf"),
        ({"batch_size": 1.5}, "batch_size: Input should be a valid integer, got 1.5"),
        ({"batch_size": 100.0}, "batch_size: Input should be a valid integer, got 100.0"),
        ({"batch_size": True}, "batch_size: Input should be a valid integer, got True"),
        ({"batch_size": None}, "batch_size: Input should be a valid integer, got None"),
        ({"mask_tail": 1}, "mask_tail: Input should be a valid boolean, got 1"),
        ({"mask_tail": "false"}, "mask_tail: Input should be a valid boolean, got 'false'"),
        ({"beta1": 1.0}, "beta1: Input should be less than 1, got 1.0"),
        ({"averaging": 1}, "averaging: Input should be less than 1, got 1"),
        ({"discriminator_layers": 10**7}, "discriminator_layers: Input should be less than or equal to 1000, got"),
        ({"lstm_layers": 10**8}, "lstm_layers: Input should be less than or equal to 1000, got 100000000"),
    ],
    ids=str,
)
def test_the_bad_value_is_named_before_anything_is_trained(
    toy: TimeSeriesDataset, small, wrong: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError) as caught:
        fit(small(**wrong), toy, batches=1)
    assert str(caught.value).startswith(f"DoppelGANger: {told}")


def test_the_papers_defaults_are_right_and_an_int_is_a_float_that_stays_one(toy: TimeSeriesDataset) -> None:
    layout = Encoder.fit(toy).layout
    assert DoppelGANger(layout, **DEFAULTS).description() == DoppelGANger(layout).description()
    assert repr(DoppelGANger(layout, alpha=2).description()["hyperparameters"]["alpha"]) == "2"
    assert dict(DoppelGANger(layout, alpha=2).hparams) == {**DEFAULTS, "alpha": 2}


def test_every_hyperparameter_says_what_it_may_be() -> None:
    """A bare int or float has no range, and a bare str no choices."""
    hints = get_type_hints(inspect.unwrap(DoppelGANger.__init__), include_extras=True)
    for name in DEFAULTS:
        kinds = [kind for kind in (hints[name], *get_args(hints[name])) if kind is not type(None)]
        assert any(kind is bool or get_origin(kind) in (Annotated, Literal) for kind in kinds), name


def test_a_model_of_ones_own_is_checked_too(toy: TimeSeriesDataset) -> None:
    class Own(GenerativeModule):
        def __init__(self, layout, *, rounds: Count = 1, anything=None) -> None:
            super().__init__(layout)

    layout = Encoder.fit(toy).layout
    assert Own(layout, rounds=3, anything=object()).layout == layout
    with pytest.raises(ValueError, match=r"^Own: rounds: Input should be greater than or equal to 1, got 0$"):
        Own(layout, rounds=0)
    with pytest.raises(TypeError, match="surprise"):
        Own(layout, surprise=0)


def test_a_function_is_held_against_its_annotations() -> None:
    def draw(share: Share, rest: object = None) -> None: ...

    check(draw, {"share": 1, "rest": "anything", "unknown": 3}, "draw")
    with pytest.raises(ValueError, match=r"^draw: share: Input should be less than or equal to 1, got 1.5$"):
        check(draw, {"share": 1.5}, "draw")
