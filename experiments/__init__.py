"""Turns runs into the paper's tables and figures. Importing it lets configs select models: `${models:wwt,-control}`."""

from omegaconf import OmegaConf


def _models(*rules: str) -> str:
    from experiments.ink.models import select  # when a sweep asks for it

    return ",".join(select(*rules))


OmegaConf.register_new_resolver("models", _models, replace=True)
