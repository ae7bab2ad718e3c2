"""One run: made, finished where it was interrupted, or found as it is."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hydra.utils import instantiate
from lightning import Callback
from omegaconf import DictConfig, OmegaConf

from benchmarks.catalogue import metric
from dg.dataset import TimeSeriesDataset
from dg.encoding import Encoder
from dg.generator import Generator
from dg.model_file import load
from dg.privacy import Privacy, may_learn
from dg.training import fit
from experiments.runs.choosing import wanted, with_sample_len
from experiments.runs.data import origin, split
from experiments.runs.further import going_on
from experiments.runs.monitoring import Stopwatch, Validation, loggers
from experiments.runs.provenance import provenance
from experiments.runs.run import CHECKPOINT, TEST_SEEDS, Run, kept, making
from experiments.runs.settings import check
from experiments.runs.stopping import StopAfterBatch
from experiments.runs.weights_and_biases import attach

log = logging.getLogger(__name__)
PUBLIC_SEEDS = 500_000  # from here on seeds draw simulated data to begin with, which are others than a run's own


def train(config: DictConfig, callbacks: Sequence[Callback] = (), *, wait: bool = True) -> Run:
    """The run of this config: made, finished where it was interrupted, or found as it is.

    callbacks: look on after each validation, and may end the training by an exception; they decide nothing of a result
    wait: False raises Busy where another process is making it, instead of waiting for that

    Raises ValueError if the config is invalid, before anything is read or made.
    """
    check(config)
    run = Run.of(config)
    if not run.finished:
        with making(run, wait=wait):
            if not run.finished:  # the one that we waited for has made it
                _make(run, callbacks)
                return run
    log.info("%s seed %d: found in %s", config.model.name, config.seed, run.folder)
    return run


def _make(run: Run, callbacks: Sequence[Callback]) -> None:
    config = run.config
    privacy = _privacy(config)
    automatic = wanted(config.model, privacy)
    public = start(config)
    parts = split(config)
    if public is not None:
        encoder = public.encoder
    else:
        bounds = {} if may_learn(privacy) else _bounds(config, parts.train)
        encoder = Encoder.fit(parts.train, log=config.dataset.log, bounds=bounds, **config.model.encoder)
    stopwatch, metrics = Stopwatch(), {name: metric(name) for name in config.dataset.metrics}
    log.info("%s seed %d: %s, %d samples", config.model.name, config.seed, origin(config), len(parts.train))
    with going_on(run) as folder, quiet(), loggers(config, folder, run.folder.name) as made:
        watch = Validation(
            encoder,
            parts.validation,
            metrics,
            stopwatch,
            batches=config.batches,
            folder=folder,
            keep_best=kept(config),
            **config.scale.validation,
        )
        model = instantiate(config.model.module)
        if automatic:
            model = with_sample_len(
                model,
                parts.train,
                None if parts.nothing_held_out else parts.validation,
                encoder=encoder,
                batches=config.batches,
                seed=config.seed,
                folder=folder,
                trainer=instantiate(config.trainer),
            )
        generator = fit(
            model,
            parts.train,
            encoder=encoder,
            batches=config.batches,
            seed=config.seed,
            privacy=privacy,
            start=public,
            checkpoint=folder / CHECKPOINT,
            checkpoint_every=config.scale.checkpoint_every,
            capture=config.capture,
            trainer=instantiate(config.trainer),
            callbacks=[stopwatch, watch, *callbacks, StopAfterBatch()],
            logger=made,
        )
        generator.save(folder / "generator")
        attach(made, folder / "generator", name=f"{config.model.name}-{run.folder.name}")
        n = parts.wanted
        generator.sample(n, seed=config.seed).save(folder / "generated")
        if (folder / "best").exists():
            load(folder / "best").sample(n, seed=config.seed).save(folder / "best_generated")
        facts = provenance(config, parts.train, folder, id=run.folder.name, seconds=stopwatch.seconds)
        (folder / "run.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")
        OmegaConf.save(config, folder / "config.yaml", resolve=True)  # for people; nothing reads it


def _privacy(config: DictConfig) -> Privacy | None:
    """What the run promises. Its data are public, so that its seed may be the secret, and it can be repeated."""
    options = config.model.get("privacy")
    return None if options is None else Privacy(**{"secret": config.seed, **options})


def _bounds(config: DictConfig, train: TimeSeriesDataset) -> dict[str, Sequence[float]]:
    """What is known of values without the data: by the schema, and by the dataset's config."""
    return {**train.schema.bounds, **config.dataset.get("bounds", {})}


def start(config: DictConfig) -> Generator | None:
    """The same model, trained on simulated data as its `pretraining` says: a run of its own, made or found."""
    first = config.model.get("pretraining")
    if first is None:
        return None
    public = config.copy()
    public.data, public.batches, public.seed = None, first.batches, (config.seed + PUBLIC_SEEDS) % TEST_SEEDS
    public.model.module = OmegaConf.merge(config.model.module, first.get("module", {}))
    for option in ("privacy", "pretraining"):
        OmegaConf.update(public, f"model.{option}", None, force_add=True)
    return train(public).generator


@contextmanager
def quiet() -> Iterator[None]:
    """Hides Lightning's advice to people who write their own loops and loaders."""
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="lightning")
        yield
