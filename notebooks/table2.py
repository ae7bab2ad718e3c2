# %% [markdown]
# # Table 2: total bandwidth of DSL and cable homes (§5.2)
#
# The Wasserstein-1 distance of the total bandwidth, for every model that generates metadata, and the controls.
# `SCALE` and `DATA` of the environment choose the scale and real data in the simulator's place.

# %%
import os

from IPython.display import Markdown

from experiments.paper.artifact import summary
from experiments.paper.grid import runs
from experiments.tables import table2

made = runs("table2", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = table2.compute(made)
frame.head(20)

# %%
Markdown(f"{table2.render(frame)}\n\n{summary(made)}")
