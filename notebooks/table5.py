# %% [markdown]
# # Table 5: rank correlation of prediction algorithms (§5.2)
#
# Do algorithms keep their order when they are trained and tested on generated data, GCUT and WWT?
# `SCALE` and `DATA` of the environment choose the scale and real data in the simulator's place.

# %%
import os

from IPython.display import Markdown

from experiments.paper.artifact import summary
from experiments.paper.grid import runs
from experiments.tables import table5

made = runs("table5", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = table5.compute(made)
frame.head(20)

# %%
Markdown(f"{table5.render(frame)}\n\n{summary(made)}")
