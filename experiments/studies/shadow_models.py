"""Shadow models (LiRA): others are trained as a model was, so that its critic's scores can be held against theirs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.attacks.shadows import FEWEST, halves, likelihood_ratio
from dg.dataset import TimeSeriesDataset, concatenate
from dg.generator import Generator
from dg.privacy import Privacy
from dg.training import fit
from experiments.runs.training import quiet
from experiments.studies.attacks import Scores, why_no_critic


class ShadowModels:
    """So many models that are trained as the card of `target` says, for nobody can see how its weights began.

    where: what errors call it; models: an even number, 4 or more, so that two saw each candidate and two did not
    Raises ValueError for another number, for a model without a critic, and for one whose card does not say how it was
    trained.
    """

    def __init__(self, target: Generator, models: int, *, where: str) -> None:
        if models < 2 * FEWEST or models % 2:
            raise ValueError(
                f"shadows is {models}, and should be an even number, {2 * FEWEST} or more: half of them see a sample"
            )
        if why := why_no_critic(target):
            raise ValueError(f"{where}: shadow models take a critic, and {why}; leave shadows= out")
        if target.card is None:
            raise ValueError(f"{where}: no card says for how many batches to train shadow models; leave shadows= out")
        self.target, self.models, self.batches = target, models, target.card.batches
        self.privacy = None if target.card.privacy is None else _privacy(dict(target.card.privacy), where)

    def __call__(self, members: TimeSeriesDataset, nonmembers: TimeSeriesDataset, rng: np.random.Generator) -> Scores:
        """The likelihood ratio of each candidate, larger for members; a bar shows how many models are trained.

        rng: draws on which half of the candidates each is trained, and its seed
        """
        candidates = concatenate([members, nonmembers])
        seen = halves(len(candidates), self.models, rng=rng)
        shadows = [
            self._trained(candidates.take(np.flatnonzero(chosen)), int(rng.integers(2**31))).scores(candidates)
            for chosen in tqdm(seen, desc="shadow models", unit="model", dynamic_ncols=True)
        ]
        ratio = likelihood_ratio(np.stack(shadows), seen, self.target.scores(candidates))
        return ratio[: len(members)], ratio[len(members) :]

    def _trained(self, train: TimeSeriesDataset, seed: int) -> Generator:
        former = self.target.module
        privacy = None if self.privacy is None else replace(self.privacy, secret=seed)
        with quiet():
            return fit(
                partial(type(former), **former.hparams),
                train,
                encoder=self.target.encoder,
                batches=self.batches,
                seed=seed,
                privacy=privacy,
            )


def _privacy(said: dict[str, Any], where: str) -> Privacy:
    """The noise and the clip of a card; scales are the model's, whatever they were learnt from."""
    try:
        return Privacy(noise_multiplier=said.get("noise_multiplier"), clip=said["clip"], learnt_scales=True)
    except (KeyError, ValueError) as error:
        raise ValueError(
            f"{where}: the card does not say how noisy training was, as shadow models take it; leave shadows= out"
        ) from error
