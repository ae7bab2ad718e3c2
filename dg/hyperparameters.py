"""What an argument may be: types with their ranges, and the one place where arguments are checked against them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, get_type_hints

from pydantic import Field, TypeAdapter, ValidationError

from dg.files import STRICT, told

Count = Annotated[int, Field(ge=1, le=2**31 - 1)]
Few = Annotated[int, Field(ge=1, le=1000)]  # for layers and rounds, which are made or done one by one
Width = Annotated[int, Field(ge=1, le=2**20)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
Rate = Annotated[float, Field(gt=0)]
Weight = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Decay = Annotated[float, Field(ge=0, lt=1)]


def check(function: Callable[..., Any], arguments: Mapping[str, Any], name: str) -> None:
    """Strictly checks `arguments` against the annotations of `function`: true is no number, "2" and 2.0 are no int.

    An int passes as a float, as in Python. No float may be infinite or NaN. Arguments that `function` does not
    annotate are not checked. Raises ValueError, which begins with `name` and the argument and says what it should be.
    """
    function = inspect.unwrap(function)
    for argument, value in arguments.items():
        try:
            if argument in _annotations(function):
                _adapter(function, argument).validate_python(value, strict=True)
        except ValidationError as error:
            raise ValueError(f"{name}: {argument}: {told(error)}") from None


@cache
def _annotations(function: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(function, include_extras=True)


@cache
def _adapter(function: Callable[..., Any], argument: str) -> TypeAdapter:
    return TypeAdapter(_annotations(function)[argument], config=STRICT)
