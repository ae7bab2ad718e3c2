"""Annotated shapes, which tests/conftest.py has checked at every call."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from types import CodeType, FunctionType
from typing import Any

import jaxtyping
from jaxtyping import config, install_import_hook, jaxtyped

# As for mypy, an int is a float (PEP 484's numeric tower).
CHECKER = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"
_CHECKED: dict[CodeType, Callable[..., Any]] = {}
_CALLED = threading.local()  # .closures: those that are being called, the innermost last


def check(*packages: str) -> None:
    """From now on, in what is imported of `packages`."""
    install_import_hook(list(packages), CHECKER)
    jaxtyping.jaxtyped = once_a_function  # by this name it stands before every function that is imported


def once_a_function(fn: Any = None, *, typechecker: Any) -> Any:
    """`jaxtyped`, once for all closures of an inner function: a millisecond, not one at every call of the outer one."""
    if fn is None:
        return partial(once_a_function, typechecker=typechecker)
    if not _is_inner(fn):
        return jaxtyped(fn, typechecker=typechecker)
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


def _is_inner(fn: Any) -> bool:
    """Whether closures of it differ in nothing that is checked."""
    return isinstance(fn, FunctionType) and "<locals>" in fn.__qualname__ and not (fn.__defaults__ or fn.__kwdefaults__)


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
