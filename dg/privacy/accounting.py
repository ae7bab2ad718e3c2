"""What private training costs (§6.2): ε, δ and μ of a subsampled Gaussian mechanism, by Google's dp-accounting."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
from dp_accounting import (
    DpEvent,
    GaussianDpEvent,
    PoissonSampledDpEvent,
    SelfComposedDpEvent,
    calibrate_dp_mechanism,
    get_epsilon_gaussian,
    get_sigma_gaussian,
)
from dp_accounting.mechanism_calibration import ExplicitBracketInterval, LowerEndpointAndGuess
from dp_accounting.pld import PLDAccountant
from dp_accounting.rdp import RdpAccountant

LEAST_FOR_PLD = 0.2  # noise multiplier; below it a privacy loss distribution takes minutes and gigabytes
RELEASED_ORDERS = (1.25, 1.5, 1.75, 2, 2.25, 2.5, 3, 3.5, 4, 4.5, *range(5, 64), 128, 256, 512)
TOLERANCE = 1e-3  # of a noise multiplier that is searched for; what is found keeps the promise
TAIL = 1e-9  # the least δ at which μ is compared: below it the distribution's own rounding would show

logging.getLogger("absl").setLevel(logging.ERROR)  # which orders of RDP are of no use at little noise


@dataclass(frozen=True)
class Mechanism:
    """Noise on clipped sums over Poisson samples, again and again: what is accounted for.

    noise_multiplier: the noise's standard deviation, in clips
    sampling_rate: the probability of each training sample to be in a batch
    steps: batches
    uses: how often each batch's clipped sum is asked for, each time with fresh noise
    """

    noise_multiplier: float
    sampling_rate: float
    steps: int
    uses: int = 1

    @property
    def accountant(self) -> str:
        """PLD (privacy loss distributions) where it can be had, RDP (Rényi) elsewhere, which is never too low.

        Where every batch has all samples, all make one Gaussian mechanism, whose ε is exact (Balle and Wang 2018).
        """
        if self.sampling_rate == 1:
            return "exact"
        return "PLD" if self._noise >= LEAST_FOR_PLD else "RDP"

    def epsilon(self, delta: float) -> float:
        """ε at `delta`, where a neighbour has one training sample more or less."""
        if self.accountant == "exact":
            return float(get_epsilon_gaussian(1 / self._whole, delta))
        return float(self._spent.get_epsilon(delta))

    def mu(self) -> float | None:
        """μ of Gaussian differential privacy (Dong et al. 2022): the least that holds at every δ from 1e-9 on.

        It says in one number what ε says for one δ (arXiv 2503.10945). None where only RDP can be had.
        """
        if self.accountant == "exact":
            return self._whole
        if self.accountant != "PLD":
            return None
        return _mu(self.event)

    @property
    def _whole(self) -> float:
        """How far all batches together move without sampling, in deviations of the noise: μ."""
        return math.sqrt(self.steps) / self._noise

    @property
    def _noise(self) -> float:
        return self.noise_multiplier / math.sqrt(self.uses)

    @property
    def event(self) -> DpEvent:
        """As dp-accounting has it."""
        return _event(self._noise, self.sampling_rate, self.steps)

    @property
    def _spent(self) -> PLDAccountant | RdpAccountant:
        return _accounted(PLDAccountant if self.accountant == "PLD" else RdpAccountant, self.event)


@lru_cache(maxsize=8)  # of up to a second
def _accounted(accountant: type[PLDAccountant] | type[RdpAccountant], event: DpEvent) -> PLDAccountant | RdpAccountant:
    return accountant().compose(event)


@cache  # of a second
def _mu(event: DpEvent) -> float:
    spent = _accounted(PLDAccountant, event)
    epsilons = np.linspace(0, spent.get_epsilon(TAIL), 50)
    deltas = np.atleast_1d(spent.get_delta(epsilons))
    return max(
        1 / get_sigma_gaussian(float(e), float(d)) for e, d in zip(epsilons, deltas, strict=True) if TAIL / 2 <= d < 1
    )


@cache  # of some seconds
def noise_for(epsilon: float, delta: float, sampling_rate: float, steps: int, uses: int = 1) -> float:
    """The least noise multiplier under which `steps` batches stay within ε at `delta`."""
    if sampling_rate == 1:
        return float(get_sigma_gaussian(epsilon, delta)) * (1 + 1e-6) * math.sqrt(steps * uses)  # beyond its rounding

    def event(noise: float) -> DpEvent:
        return _event(noise, sampling_rate, steps)

    enough = calibrate_dp_mechanism(RdpAccountant, event, epsilon, delta, LowerEndpointAndGuess(0, 1), tol=TOLERANCE)
    for least in (0.9 * enough, 0.7 * enough):  # RDP asks for a tenth more noise than PLD, seldom for a third
        if least < LEAST_FOR_PLD:
            break
        if Mechanism(least, sampling_rate, steps).epsilon(delta) > epsilon:
            bracket = ExplicitBracketInterval(least, enough)
            enough = calibrate_dp_mechanism(PLDAccountant, event, epsilon, delta, bracket, tol=TOLERANCE)
            break
    return enough * math.sqrt(uses)


def steps_within(epsilon: float, delta: float, mechanism: Mechanism) -> int:
    """How many of a mechanism's batches stay within ε at `delta`: to half a percent, all at most, 0 if not even one."""

    def cheaply(steps: int) -> bool:
        return bool(RdpAccountant().compose(replace(mechanism, steps=steps).event).get_epsilon(delta) <= epsilon)

    def exactly(steps: int) -> bool:
        return replace(mechanism, steps=steps).epsilon(delta) <= epsilon

    if cheaply(mechanism.steps):
        return mechanism.steps
    low = _most(cheaply, 0, mechanism.steps)  # Rényi's ε is the greater one
    high = min(2 * low + 1, mechanism.steps)
    while high < mechanism.steps and exactly(high):
        low, high = high, min(2 * high, mechanism.steps)
    return high if high == mechanism.steps and exactly(high) else _most(exactly, low, high)


def _most(within: Callable[[int], bool], low: int, high: int) -> int:
    """The greatest number, to half a percent, that is `within`, where `low` is and `high` is not."""
    while high - low > max(1, low // 200):
        middle = (low + high) // 2
        low, high = (middle, high) if within(middle) else (low, middle)
    return low


def released_epsilon(noise_multiplier: float, n: int, batch_size: int, epochs: int, delta: float) -> float:
    """The ε that the release prints for DoppelGANger: another figure than ours, to compare Figure 16 by (D58).

    It halves the noise because two critics use each batch, and turns RDP into ε as TensorFlow Privacy did up to 0.5.1.
    """
    steps = math.ceil(epochs * n / batch_size)
    accountant = RdpAccountant(RELEASED_ORDERS)
    accountant.compose(_event(noise_multiplier / 2, batch_size / n, steps))
    return float(np.min(accountant.rdp + np.log(1 / delta) / (np.asarray(accountant.orders) - 1)))


def _event(noise: float, sampling_rate: float, steps: int) -> DpEvent:
    return SelfComposedDpEvent(PoissonSampledDpEvent(sampling_rate, GaussianDpEvent(noise)), steps)
