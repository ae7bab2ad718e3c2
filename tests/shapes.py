"""Annotated shapes, which tests/conftest.py has checked at every call."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from types import CodeType, FunctionType, SimpleNamespace
from typing import Any, get_args, get_type_hints

import jaxtyping
from jaxtyping import AbstractArray, config, install_import_hook, jaxtyped

# As for mypy, an int is a float (PEP 484's numeric tower).
CHECKER = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"
_CHECKED: dict[CodeType, Callable[..., Any]] = {}
_CALLED = threading.local()  # .closures: those that are being called, the innermost last


def check(*packages: str) -> None:
    """From now on, in what is imported of `packages`."""
    install_import_hook(list(packages), CHECKER)
    jaxtyping.jaxtyped = once_a_function  # by this name it stands before every function that is imported


def once_a_function(fn: Any = None, *, typechecker: Any) -> Any:
    """`jaxtyped`, once for all closures of an inner function: a millisecond, not one at every call of the outer one.

    Other functions' checks are made when they are called first: of a thousand that are imported many never are.
    """
    if fn is None:
        return partial(once_a_function, typechecker=typechecker)
    if not isinstance(fn, FunctionType) or inspect.isgeneratorfunction(fn):
        return jaxtyped(fn, typechecker=typechecker)
    if not _is_inner(fn):
        return _at_its_first_call(fn, typechecker)
    if fn.__code__ not in _CHECKED:
        _CHECKED[fn.__code__] = jaxtyped(_stand_in(fn), typechecker=typechecker)
    checked = _CHECKED[fn.__code__]

    @wraps(fn)
    def closure(*args: Any, **kwargs: Any) -> Any:
        if config.jaxtyping_disable:
            return fn(*args, **kwargs)
        closures = _CALLED.__dict__.setdefault("closures", [])
        closures.append(fn)
        try:
            return checked(*args, **kwargs)
        finally:
            closures.pop()

    return closure


def _at_its_first_call(fn: FunctionType, typechecker: Any) -> Callable[..., Any]:
    checked: Callable[..., Any] | None = None

    @wraps(fn)
    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal checked
        if config.jaxtyping_disable:
            return fn(*args, **kwargs)
        if checked is None:
            checked = _checked(fn, typechecker)
        return checked(*args, **kwargs)

    return call


def _checked(fn: FunctionType, typechecker: Any) -> Callable[..., Any]:
    """It with every annotation checked; with jaxtyping's memory of shapes, most of what a call costs, if it has some.

    What stands for a name that only mypy imports is not checked, as jaxtyping does.
    """
    known = {name: kind for name in fn.__annotations__ if (kind := _known(fn, name)) is not Any}
    if any(map(_has_shapes, known.values())):
        return jaxtyped(fn, typechecker=typechecker)
    plain = FunctionType(fn.__code__, fn.__globals__, fn.__name__, fn.__defaults__, fn.__closure__)
    plain.__qualname__, plain.__module__ = fn.__qualname__, fn.__module__
    plain.__kwdefaults__, plain.__annotations__ = fn.__kwdefaults__, known
    return typechecker(plain)


def _known(fn: FunctionType, name: str) -> Any:
    """What a parameter, or "return", is annotated by; Any where that has a name that is not there."""
    alone = SimpleNamespace(__annotations__={name: fn.__annotations__[name]})
    try:
        return get_type_hints(alone, fn.__globals__, include_extras=True)[name]
    except Exception:
        return Any


def _has_shapes(kind: Any) -> bool:
    return (inspect.isclass(kind) and issubclass(kind, AbstractArray)) or any(
        _has_shapes(part) for part in (*get_args(kind), *(kind if isinstance(kind, list) else ()))
    )


def _is_inner(fn: FunctionType) -> bool:
    """Whether closures of it differ in nothing that is checked."""
    return "<locals>" in fn.__qualname__ and not (fn.__defaults__ or fn.__kwdefaults__)


def _stand_in(fn: FunctionType) -> FunctionType:
    """A function of the same signature that calls the closure which is being called."""
    called = _CALLED

    def call(*args: Any, **kwargs: Any) -> Any:
        return called.closures[-1](*args, **kwargs)

    made = FunctionType(call.__code__, fn.__globals__, fn.__name__, None, call.__closure__)
    made.__qualname__, made.__module__ = fn.__qualname__, fn.__module__
    made.__signature__ = inspect.signature(fn)  # type: ignore[attr-defined]
    return made


@contextmanager
def unchecked() -> Iterator[None]:
    """Not meanwhile: for thousands of calls like those that are checked elsewhere, where the checks take longest."""
    before = config.jaxtyping_disable
    config.update("jaxtyping_disable", True)
    try:
        yield
    finally:
        config.update("jaxtyping_disable", before)
