# %% [markdown]
# # Figure 5 (§4.2): generated samples without and with auto-normalization, WWT: is there mode collapse?
#
# The paper: without auto-normalization, generated samples have similar shapes and amplitudes.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure5` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure5
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure5")

# %%
frame = figure5.compute(made)
frame.head(20)

# %%
Markdown(page("figure5", frame, made))

# %%
figure5.render(frame)

# %% [markdown]
# ## What we see
#
# No result is committed yet. The paper says that samples generated without auto-normalization have similar shapes and
# amplitudes. Look for a smaller amplitude spread and a larger shape similarity without auto-normalization than in
# real samples, and for values near those of real samples with it. The drawings show six samples a model, so trust the
# two numbers and their range over the seeds more than the eye. At the smoke scale no model has trained long enough to
# say anything.
