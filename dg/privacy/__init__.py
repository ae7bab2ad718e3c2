"""Differentially private training (§6.2)."""

from dg.privacy.dp_sgd import Privacy, PrivateTraining, may_learn
from dg.privacy.sampling import PoissonDraws

__all__ = ["PoissonDraws", "Privacy", "PrivateTraining", "may_learn"]
