"""From your own table to a model file: read and shown, trained or gone on with, whole or not there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf, open_dict

import baselines  # noqa: F401, its models can be trained
from dg import own_table
from dg.archive import SUFFIX
from dg.encoding import Encoder
from dg.files import JSON_LIMIT, content
from dg.frames import read_long
from dg.module import GenerativeModule
from dg.privacy import Privacy, may_learn
from dg.schema import Schema
from dg.training import fit as trained
from experiments.ink.fields import fields
from experiments.runs.choosing import wanted, with_sample_len
from experiments.runs.run import CHECKPOINT, UNFINISHED
from experiments.runs.settings import Fitting, check
from experiments.runs.training import quiet

CHECKPOINT_EVERY = 100  # batches


def fit(config: DictConfig) -> None:
    """Trains the model of conf/fit.yaml, composed, on its table and writes it to `out`, which appears when it is whole.

    Raises ValueError, before anything is trained, where an option, the table, the schema or `out` is not fit for it.
    """
    check(config, Fitting)
    _refuse_season(config)
    privacy = _privacy(config)
    automatic = wanted(config.model, privacy)
    model = instantiate(config.model.module)
    _refuse_unknown(model)
    out = Path(config.out)
    _refuse_out(out)
    data = own_table.read(schema=config.schema, wide=config.wide, **_given(read_long, config))
    print(f"{fields(data)}\n\n{_kept(data.schema, config.schema, out)}\n", flush=True)
    if config.only is not None:
        return
    train = data.take(slice(config.model.get("training_samples")))
    bounds = {} if may_learn(privacy) else train.schema.bounds
    encoding = {**config.model.encoder, **_given(Encoder.fit, config)}
    encoder = Encoder.fit(train, bounds=bounds, **encoding)
    with _making(out) as folder, quiet():
        if automatic:
            model = with_sample_len(
                model,
                train,
                None,
                encoder=encoder,
                batches=config.batches,
                seed=config.seed,
                folder=folder,
                trainer=instantiate(config.trainer),
                tell=partial(print, flush=True),
            )
        generator = trained(
            model,
            train,
            encoder=encoder,
            batches=config.batches,
            seed=config.seed,
            privacy=privacy,
            checkpoint=folder / CHECKPOINT,
            checkpoint_every=CHECKPOINT_EVERY,
            trainer=instantiate(config.trainer),
        )
        generator.save(folder / out.name)
        (folder / out.name).rename(out)
    print(f"{generator.card}\n\n{out} is whole. Draw samples: dg generate generator={out} out=samples.parquet n=1000")


def _given(function: Callable[..., Any], config: DictConfig) -> dict[str, Any]:
    """The arguments of a function that the config has under the same names; null leaves one to the function."""
    plain: Any = OmegaConf.to_container(config, resolve=True)
    return {name: plain[name] for name in signature(function).parameters if plain.get(name) is not None}


def _privacy(config: DictConfig) -> Privacy | None:
    """What is asked for; raises ValueError for a model of the harness, whose promise is made for public data."""
    if config.model.get("privacy") is not None:
        raise ValueError(
            f"{config.model.name} is a study of public data: take model=doppelganger and privacy.epsilon=, e.g. 3"
        )
    return None if config.privacy.epsilon is None else Privacy(**config.privacy)


def _refuse_season(config: DictConfig) -> None:
    """Hands the season to the model as a dataset of the harness does; raises ValueError where it takes none."""
    if config.season is not None and "season" not in config.model.module:
        raise ValueError(
            f"season is {config.season}, and {config.model.name} takes none: leave it out, or take "
            "model=doppelganger_best"
        )
    with open_dict(config):
        config.dataset = {} if config.season is None else {"season": config.season}


def _refuse_unknown(model: partial[GenerativeModule]) -> None:
    parameters = signature(model.func).parameters.values()
    known = [parameter.name for parameter in parameters if parameter.kind is Parameter.KEYWORD_ONLY]
    unknown = sorted(model.keywords.keys() - set(known))
    if unknown:
        raise ValueError(f"{model.func.__name__} has no hyper-parameter {unknown[0]!r}; it has {', '.join(known)}")


def _refuse_out(out: Path) -> None:
    if out.suffix not in ("", SUFFIX):
        raise ValueError(f"{out}: a model is one file, whose name ends in {SUFFIX}, or a folder, whose name has no dot")
    if out.exists():
        raise ValueError(f"{out} is there already; name another by out=, or remove it")


def _kept(schema: Schema, given: str | None, out: Path) -> str:
    """Writes the schema beside `out`, to be edited; raises ValueError where that would change what somebody wrote."""
    if given is not None:
        return f"This is read as {given} says."
    file, text = out.with_name(f"{out.name.removesuffix(SUFFIX)}.schema.json"), f"{schema.to_json()}\n"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    elif content(file, JSON_LIMIT).decode(errors="replace") != text:
        raise ValueError(f"{file} says something else than is found: hand it over by schema={file}, or remove it")
    return f"This is what was found. It is in {file}: where it is not what you mean, edit that and add schema={file}"


@contextmanager
def _making(out: Path) -> Iterator[Path]:
    """A folder beside `out` for what is not finished; it stays where there is something to go on from."""
    folder = out.with_name(f"{out.name}{UNFINISHED}")
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ValueError(f"{out} is being made by another process; wait for it, or name another by out=") from None
    try:
        yield folder
        shutil.rmtree(folder)
    finally:
        lock.release()
        with suppress(OSError):  # there is a checkpoint
            (folder / "lock").unlink(missing_ok=True)
            folder.rmdir()
