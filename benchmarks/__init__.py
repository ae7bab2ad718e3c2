"""The paper's microbenchmarks and downstream tasks (§5): what two datasets have in common, as numbers."""

from __future__ import annotations

from benchmarks.metric import Distance, Metric, Statistic

__all__ = ["Distance", "Metric", "Statistic"]
