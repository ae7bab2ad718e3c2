# %% [markdown]
# # Table 1 (§5): the properties that make each dataset hard, read off its schema and its simulator
#
# The paper: the three datasets combine challenges differently.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-table1` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import table1

made = runs("table1")

# %%
frame = table1.compute(made)
frame.head(20)

# %%
Markdown(page("table1", frame, made))

# %% [markdown]
# ## What we see
#
# Nothing is trained: the properties are read off the schemas and 200 simulated samples of each dataset
# (`results/schemas/`). All are those of the paper.
