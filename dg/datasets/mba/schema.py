"""The schema of Measuring Broadband America (Table 8)."""

from __future__ import annotations

from dg.schema import Categorical, Continuous, Schema

TECHNOLOGIES = ("DSL", "Fiber", "Satellite", "Cable", "IPBB")  # in the order of the authors' file (D32)
SCHEMA = Schema(
    name="mba",
    metadata=(
        Categorical("ISP", tuple(f"ISP {i}" for i in range(15))),
        Categorical("technology", TECHNOLOGIES),
        Categorical("state", tuple(f"state {i}" for i in range(53))),
    ),
    measurements=(
        Continuous("traffic", unit="bytes an hour", low=0.0),
        Continuous("ping loss rate", unit="fraction", low=0.0, high=1.0),
    ),
    max_length=56,
    period="6 hours",
)
