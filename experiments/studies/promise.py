"""What a model card promises of differential privacy (§6.2), in words, and how often a guess can then be right."""

from __future__ import annotations

from math import exp
from typing import NamedTuple

from scipy.stats import norm

from dg.card import NOT_COVERED, Card
from experiments.ink.numbers import percent


def promise(card: Card | None, model: bool, shown: float) -> str:
    """What a card says of differential privacy, and what that bounds; nothing checks that the card is true.

    model: whether there is a model, or a table of samples
    shown: the highest bound on ε that an attack has given
    """
    if not model:
        return (
            "A table of samples does not say how its generator was trained. Without ε, δ and what they cover from its "
            "maker, nothing bounds what an attack finds that is not on this page."
        )
    if card is None:
        return "The model has no card: nothing is said of differential privacy, and nothing bounds other attacks."
    if card.privacy is None:
        return (
            "Training was without differential privacy, as the model's card says: nothing bounds what an attack finds "
            "that is not on this page."
        )
    terms = terms_of(card)
    if terms is None:
        return (
            "The card speaks of privacy, but not of an ε and a δ that can be: it promises nothing that bounds attacks."
        )
    epsilon, delta, mu = terms
    bound = certain_guess(epsilon, delta, mu)
    lines = [
        f"The card promises ε = {epsilon:.3g} at δ = {delta:.3g}{'' if mu is None else f', μ = {mu:.3g}'}, for one "
        f"training sample more or less: of guesses at even odds about one sample {percent(bound)} are right at most, "
        "whatever the attack. It is its maker's word, and holds if the secret of the training is kept.",
        f"Not covered: {NOT_COVERED}.",
    ]
    if delta * card.samples >= 1:
        lines.append(
            f"**δ is too large for a promise**: a model that publishes one of its {card.samples:,} training samples "
            f"would keep it. It should be less than 1/{card.samples:,}."
        )
    if card.privacy.get("learnt_scales"):
        lines.append("Scales were learnt from the training samples (learnt_scales), which ε does not count.")
    if shown > epsilon:
        lines.append(f"**The attacks contradict it**: ε is at least {shown:.2f}, unless the two tables differ.")
    return "\n\n".join(lines)


def certain_guess(epsilon: float, delta: float, mu: float | None) -> float:
    """The greatest share of right guesses about one sample, there or not at even odds, that a promise allows.

    (e^ε + δ) / (1 + e^ε) by ε and δ, Φ(μ/2) by μ; the lower one holds.
    """
    by_epsilon = 1 - (1 - delta) / (1 + exp(min(epsilon, 700.0)))
    return by_epsilon if mu is None else min(by_epsilon, float(norm.cdf(mu / 2)))


class Terms(NamedTuple):
    """What is promised; μ only where it could be had."""

    epsilon: float
    delta: float
    mu: float | None


def terms_of(card: Card | None) -> Terms | None:
    """The numbers of a card, which may be a stranger's; None where it has none, or others than can be promised."""
    said = {} if card is None or card.privacy is None else dict(card.privacy)
    numbers = {name: float(value) for name, value in said.items() if isinstance(value, int | float)}
    epsilon, delta, mu = (numbers.get(name) for name in ("epsilon", "delta", "mu"))
    if epsilon is None or epsilon <= 0 or delta is None or not 0 <= delta < 1:
        return None
    return Terms(epsilon, delta, mu if mu is None or mu >= 0 else None)
