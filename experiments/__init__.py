"""Turns runs into the paper's tables and figures. Importing it lets configs use its resolvers.

${models:wwt,-control}   the models that are compared on WWT, less the controls
${searches:wwt}          those of them that have trials, conf/search
${folder:${outputs}}     a folder that has a name
${at_once:gpu,2}         how many cells this machine trains at a time, two on each of its GPUs

Importing it also lets Hydra find our plugins, which it looks for in packages called hydra_plugins wherever they lie.
"""

import sys
from pathlib import Path

from omegaconf import OmegaConf

sys.path.append(str(Path(__file__).parent / "plugins"))


def _models(*rules: str) -> str:
    from experiments.ink.models import select  # when a sweep asks for it

    return ",".join(select(*rules))


OmegaConf.register_new_resolver("models", _models, replace=True)


def _searches(dataset: str) -> str:
    from experiments.ink.models import searched

    return ",".join(searched(dataset))


OmegaConf.register_new_resolver("searches", _searches, replace=True)


def _folder(path: str | None) -> str:
    if not path:
        raise ValueError("outputs names no folder; name the one where runs are kept, e.g. outputs=outputs")
    return path


OmegaConf.register_new_resolver("folder", _folder, replace=True)


def _at_once(accelerator: str, cells_a_device: int) -> int:
    from experiments.runs.devices import at_once

    return at_once(accelerator, cells_a_device)


OmegaConf.register_new_resolver("at_once", _at_once, replace=True)
