"""The competitors of §5.1.2 and the controls, one file each. Importing this makes them known to `dg.load`."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from dg.module import GenerativeModule

_files = [import_module(f"{__name__}.{file.name}") for file in iter_modules(__path__)]
MODELS: dict[str, type[GenerativeModule]] = {
    name: model
    for file in _files
    for name, model in vars(file).items()
    if isinstance(model, type) and issubclass(model, GenerativeModule) and model.__module__ == file.__name__
}
__all__ = ["MODELS", *sorted(MODELS)]


def __getattr__(name: str) -> Any:
    if name not in MODELS:
        raise AttributeError(f"module {__name__!r} has no model {name!r}; it has {', '.join(sorted(MODELS))}")
    return MODELS[name]
