"""Closures are checked as other functions are, by a check that is made once, and each calls itself."""

from __future__ import annotations

from collections.abc import Callable

import beartype
import beartype.roar
import numpy as np
import pytest
from jaxtyping import Float, TypeCheckError

from tests.shapes import once_a_function, unchecked


def adder(number: int) -> Callable[..., int]:
    @once_a_function(typechecker=beartype.beartype)
    def add(times: int, square: Float[np.ndarray, "a a"]) -> int:
        return number + (add(times - 1, square) if times > 1 else 0)

    return add


def test_each_closure_calls_itself():
    one, ten = adder(1), adder(10)
    assert [one(3, np.eye(2)), ten(3, np.eye(2)), one(times=2, square=np.eye(3))] == [3, 30, 2]


@pytest.mark.parametrize("arguments", [("1", np.eye(2)), (1, np.ones((2, 3)))])
def test_every_closure_is_checked(arguments):
    for closure in (adder(1), adder(2)):
        with pytest.raises(TypeCheckError):
            closure(*arguments)


def test_what_a_closure_returns_is_checked():
    with pytest.raises(TypeCheckError):
        adder(0.5)(1, np.eye(2))  # type: ignore[arg-type]


@once_a_function(typechecker=beartype.beartype)
def halves(numbers: list[int], *, square: Float[np.ndarray, "a a"] | None = None) -> int:
    return len(numbers) // 2 if square is None else "none"  # type: ignore[return-value]


@once_a_function(typechecker=beartype.beartype)
def plain(numbers: list[int], names: NotImportedHere | None = None, *, half: bool = True) -> int:  # type: ignore[name-defined]
    """A docstring."""
    return len(numbers) // 2 if half else "none"  # type: ignore[return-value]


def test_functions_are_checked_with_and_without_shapes():
    square = np.eye(2)
    assert halves([1, 2]) == plain([1, 2]) == plain([1, 2], object()) == 1
    for wrong in ({"numbers": "ab"}, {"numbers": [1], "square": square[:1]}, {"numbers": [1], "square": square}):
        with pytest.raises(TypeCheckError):
            halves(**wrong)
    for wrong in ({"numbers": "ab"}, {"numbers": [1], "half": "yes"}, {"numbers": [1], "half": False}):
        with pytest.raises(beartype.roar.BeartypeCallHintViolation):
            plain(**wrong)
    assert plain.__doc__ == "A docstring." and plain.__name__ == "plain"
    with unchecked():
        assert plain((1, 2)) == 1


def test_unless_nothing_is():
    with unchecked():
        assert adder(1)(1, np.ones((2, 3))) == 1
