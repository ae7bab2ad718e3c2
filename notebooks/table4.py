# %% [markdown]
# # Table 4: training time (§5.2)
#
# How long each model trains at the scale that was run, and extrapolated to the paper's. `SCALE` and `DATA` of the
# environment choose the scale and a real file in the simulator's place; the runs are those of Table 3.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import summary
from experiments.paper.grid import runs
from experiments.tables import table4

made = runs("table4")

# %%
frame = table4.compute(made)
frame

# %%
Markdown(f"{table4.render(frame)}\n\n{summary(made)}")
