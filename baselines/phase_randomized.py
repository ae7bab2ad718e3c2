"""A control: surrogates of training series that keep their power spectrum, and nothing else of their shape."""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from baselines.bootstrap import Bootstrap
from dg.encoding import Encoded


class PhaseRandomized(Bootstrap):
    """The bootstrap with random phases: metadata, lengths, levels and autocorrelations are real, bursts are not."""

    def generate(self, n: int, rng: torch.Generator) -> Encoded:
        """n surrogates of training samples."""
        drawn = super().generate(n, rng)
        return replace(drawn, measurements=surrogates(drawn.measurements, drawn.lengths, rng))


def surrogates(
    measurements: Float[Tensor, "n t k"], lengths: Int[Tensor, " n"], rng: torch.Generator
) -> Float[Tensor, "n t k"]:
    """Each series with the phases of its Fourier transform replaced by uniform ones (Theiler et al., 1992).

    A sample's measurements share their phases, so that cross-spectra stay as well (Prichard and Theiler, 1994). Means
    stay, and so do zeros past the lengths.
    """
    n, t, _ = measurements.shape
    phases = 2 * torch.pi * torch.rand((n, t // 2 + 1, 1), generator=rng, device=rng.device)
    made = torch.zeros_like(measurements)
    for length in lengths.unique().tolist():
        samples = torch.nonzero(lengths == length)[:, 0]
        turned = phases[samples, : length // 2 + 1]
        turned[:, 0] = 0  # the mean
        if length % 2 == 0:
            turned[:, -1] = 0  # the highest frequency of an even length is real
        spectrum = torch.fft.rfft(measurements[samples, :length], dim=1) * torch.polar(torch.ones_like(turned), turned)
        made[samples, :length] = torch.fft.irfft(spectrum, n=length, dim=1)
    return made
