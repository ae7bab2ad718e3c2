# %% [markdown]
# # Table 3: autocorrelation of daily page views (§5.2)
#
# The mean square error between the average autocorrelation of real and generated series, for every model and the
# controls. `SCALE` and `DATA` of the environment choose the scale and a real file in the simulator's place; runs that
# `make reproduce-table3` has already made are read, not made again.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import summary
from experiments.paper.grid import runs
from experiments.tables import table3

made = runs("table3")

# %% [markdown]
# One row a model and seed, as in `results/table3.csv`.

# %%
frame = table3.compute(made)
frame

# %%
Markdown(f"{table3.render(frame)}\n\n{summary(made)}")
