"""What a model card promises of differential privacy (§6.2), in words, and how often a guess can then be right."""

from __future__ import annotations

from math import exp

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
    said = card.privacy
    epsilon, delta, mu = (float(said[name]) if name in said else None for name in ("epsilon", "delta", "mu"))
    if epsilon is None or delta is None:
        return f"The card speaks of privacy without ε and δ: {dict(said)}."
    bound = certain_guess(epsilon, delta, mu)
    lines = [
        f"The card promises ε = {epsilon:.3g} at δ = {delta:.3g}{'' if mu is None else f', μ = {mu:.3g}'}, for one "
        f"training sample more or less: of guesses at even odds about one sample {percent(bound)} are right at most, "
        "whatever the attack. It is its maker's word, and holds if the secret of the training is kept.",
        f"Not covered: {NOT_COVERED}.",
    ]
    if said.get("learnt_scales"):
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


def delta_of(card: Card | None) -> float:
    """The δ that a card speaks of; 0: none."""
    return 0.0 if card is None or card.privacy is None else float(card.privacy.get("delta", 0.0))
