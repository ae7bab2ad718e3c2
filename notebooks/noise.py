# %% [markdown]
# # Noise numbers of a pass and averaged weights, beyond the paper: which do the validation split's metrics prefer?
#
# The paper: silent on how wide the noise of an RNN pass is, and on averaging weights.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-noise` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import noise

made = runs("noise")

# %%
frame = noise.compute(made)
frame.head(20)

# %%
Markdown(page("noise", frame, made))

# %% [markdown]
# ## What we see
#
# Nothing yet: say here what the numbers and drawings above show.
