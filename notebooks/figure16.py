# %% [markdown]
# # Figure 16 (§6.2): autocorrelation of daily page views under differential privacy, WWT
#
# The paper: private training destroys the autocorrelation already at moderate ε, and the more so the smaller ε is.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure16` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure16
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure16")

# %%
frame = figure16.compute(made)
frame.head(20)

# %%
Markdown(page("figure16", frame, made))

# %%
figure16.render(frame)

# %% [markdown]
# ## What we see
#
# Nothing yet: say here what the numbers and drawings above show.
