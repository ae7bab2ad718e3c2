"""The schema of the Google Cluster Usage Traces (Table 6)."""

from __future__ import annotations

from dg.schema import Categorical, Continuous, Schema

LARGEST_MACHINE = "of the largest machine"
SCHEMA = Schema(
    name="gcut",
    metadata=(Categorical("end event type", ("EVICT", "FAIL", "FINISH", "KILL")),),
    measurements=(
        Continuous("CPU rate", unit=LARGEST_MACHINE, low=0.0),
        Continuous("maximum CPU rate", unit=LARGEST_MACHINE, low=0.0),
        Continuous("sampled CPU usage", unit=LARGEST_MACHINE, low=0.0),
        Continuous("canonical memory usage", unit=LARGEST_MACHINE, low=0.0),
        Continuous("assigned memory usage", unit=LARGEST_MACHINE, low=0.0),
        Continuous("maximum memory usage", unit=LARGEST_MACHINE, low=0.0),
        Continuous("unmapped page cache", unit=LARGEST_MACHINE, low=0.0),
        Continuous("total page cache", unit=LARGEST_MACHINE, low=0.0),
        Continuous("local disk space usage", unit=LARGEST_MACHINE, low=0.0),
    ),
    max_length=2500,  # the paper's longest task has 2,497 records
    period="5 minutes",
)
