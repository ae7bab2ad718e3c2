"""The hidden Markov baseline of §5.1.2: Gaussian emissions, and metadata independent of the series."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import torch
from hmmlearn.hmm import GaussianHMM
from jaxtyping import Float
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from torch import Tensor

from baselines.marginals import COPIES_METADATA, Attributes, clip
from baselines.records import Draws, End, record_blocks, records, samples_of
from dg.encoding import Encoded, Layout, width
from dg.hyperparameters import Count, Few, Width
from dg.module import GenerativeModule, TrainingDiverged

START_RECORDS = 10_000
SHORT = 5  # iterations of each of several starts


class HMM(GenerativeModule):
    """A hidden Markov model with diagonal Gaussians, by hmmlearn; one epoch is one iteration of EM on all samples.

    The Gaussian means of a categorical measurement are its values' frequencies in a state; values are drawn by them.
    The end flag is a Gaussian like any number, unless its frequency is the hazard of a state (`end: sampled`, D48).

    components: hidden states, which Appendix B does not state (D18)
    iterations: of EM, which it does not state either; 50 bring the log-likelihood to a standstill on WWT
    starts: random starts, of which the one with the highest log-likelihood after SHORT iterations goes on (D51)
    """

    copies = COPIES_METADATA
    quick = MappingProxyType({"components": 3, "iterations": 2})

    batch_size = None
    startprob: Tensor
    transmat: Tensor
    means: Tensor
    covars: Tensor

    def __init__(
        self, layout: Layout, *, components: Width = 10, iterations: Count = 50, end: End = "threshold", starts: Few = 1
    ) -> None:
        super().__init__(layout)
        self.save_hyperparameters(ignore=["layout"])
        self.max_epochs = iterations
        self.blocks = record_blocks(layout)
        self.attributes = Attributes(layout)
        self.draws = Draws(layout, end, categories=True)
        c = width(self.blocks)
        shapes = {"startprob": [components], "transmat": [components] * 2, "means": [components, c]}
        for name, shape in {**shapes, "covars": [components, c]}.items():
            self.register_buffer(name, torch.zeros(shape, dtype=torch.float64))

    def observe(self, train: Encoded) -> None:
        """Learns the distribution of metadata, and starts EM as hmmlearn does, by k-means on 10,000 records at most."""
        self.attributes.learn(train)
        values, lengths = self._stack(train)
        if len(values) < self.hparams.components:
            raise ValueError(
                f"the HMM has {self.hparams.components} components, more than the {len(values)} records of the "
                "training samples: give it fewer components"
            )
        order, tried = np.random.default_rng(self.seed), []
        for start in range(self.hparams.starts):
            chosen = order.permutation(len(values))[:START_RECORDS]
            hmm = GaussianHMM(self.hparams.components, n_iter=0, random_state=(self.seed + start) % 2**32)
            with threadpool_limits(1):
                hmm.fit(values[chosen])
            self._take(hmm)
            if self.hparams.starts > 1:
                log_likelihood = [self._iterate(values, lengths) for _ in range(SHORT)][-1]
                tried.append((log_likelihood, [buffer.clone() for buffer in self.buffers(recurse=False)]))
        if tried:
            _, best = max(tried, key=lambda start: np.nan_to_num(start[0], nan=-np.inf))
            for buffer, value in zip(self.buffers(recurse=False), best, strict=True):
                buffer.copy_(value)

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """None: EM needs no optimiser."""
        return []

    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """One iteration of EM; reports the log-likelihood of a record before it."""
        log_likelihood = self._iterate(*self._stack(batch))
        wrong = [name for name, value in self.named_buffers(recurse=False) if not value.isfinite().all()]
        if not np.isfinite(log_likelihood):
            wrong.append("the log-likelihood")
        if wrong:
            raise TrainingDiverged.at(self.current_epoch, wrong)
        self.log("train/log_likelihood", log_likelihood, on_step=False, on_epoch=True, batch_size=1)

    def draw_metadata(self, n: int, rng: torch.Generator) -> Float[Tensor, "n m"]:
        """Those of training samples."""
        return self.attributes.metadata(n, rng)

    @torch.no_grad()
    def generate(self, n: int, rng: torch.Generator, metadata: Float[Tensor, "n m"] | None = None) -> Encoded:
        """n samples: all chains take each step together."""
        t, device = self.layout.max_length, rng.device
        uniform = torch.rand((t, n, 1), generator=rng, device=device, dtype=torch.float64)
        noise = torch.randn((n, t, width(self.blocks)), generator=rng, device=device, dtype=torch.float64)
        edges, first_edges = self.transmat.cumsum(dim=1)[:, :-1], self.startprob.cumsum(dim=0)[:-1]
        states = [(uniform[0] >= first_edges).sum(dim=1)]
        for step in range(1, t):
            states.append((uniform[step] >= edges[states[-1]]).sum(dim=1))
        state = torch.stack(states, dim=1)
        values = clip((self.means[state] + self.covars[state].sqrt() * noise).float(), self.blocks)
        attributes = self.attributes.sample(n, rng, metadata)
        return samples_of(attributes, self.draws(values, self.means[state], rng), self.layout)

    def _iterate(self, values: NDArray[np.float64], lengths: NDArray[np.int64]) -> float:
        """One iteration of EM; the log-likelihood of a record before it."""
        hmm = ScaledHMM(self.hparams.components, n_iter=1, init_params="", implementation="scaling")
        hmm.startprob_, hmm.transmat_ = self.startprob.cpu().numpy(), self.transmat.cpu().numpy()
        hmm.means_, hmm.covars_ = self.means.cpu().numpy(), self.covars.cpu().numpy()
        hmm.fit(values, lengths)
        self._take(hmm)
        return (hmm.monitor_.history[-1] + hmm.log_scale) / len(values)

    def _stack(self, samples: Encoded) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """All records [Σ lengths, c], one sample after the other, and the lengths, as hmmlearn wants them."""
        lengths = samples.lengths.cpu().numpy()
        active = np.arange(self.layout.max_length) < lengths[:, None]
        return records(samples, self.layout).cpu().numpy()[active].astype(np.float64), lengths

    def _take(self, hmm: GaussianHMM) -> None:
        """Takes over the parameters of `hmm`; what no record bears on stays as it was."""
        self.startprob.copy_(torch.from_numpy(hmm.startprob_))
        seen, left = np.isfinite(hmm.means_).all(axis=1), hmm.transmat_.sum(axis=1) > 0
        self.transmat[left] = torch.from_numpy(hmm.transmat_[left]).to(self.transmat)
        self.means[seen] = torch.from_numpy(hmm.means_[seen]).to(self.means)
        self.covars[seen] = torch.from_numpy(hmm.covars_.diagonal(axis1=1, axis2=2)[seen]).to(self.covars)


class ScaledHMM(GaussianHMM):
    """hmmlearn's fast scaled EM, on densities relative to each record's likeliest state so that none underflows."""

    log_scale = 0.0

    def _compute_likelihood(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        densities = self._compute_log_likelihood(X)
        highest = densities.max(axis=1, keepdims=True)
        self.log_scale += highest.sum()
        return np.exp(densities - highest)
