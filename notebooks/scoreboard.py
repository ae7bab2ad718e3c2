# %% [markdown]
# # Scoreboard, beyond the paper: what Table 3 cannot see, each in its own unit and scaled by the controls
#
# The paper: nothing of all columns together: it looks at one statistic at a time.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-scoreboard` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import scoreboard
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("scoreboard")

# %%
frame = scoreboard.compute(made)
frame.head(20)

# %%
Markdown(page("scoreboard", frame, made))

# %%
scoreboard.render(frame)

# %% [markdown]
# ## What we see
#
# On real pages (`results/wwt-real-whole/`, three seeds, 16,000 batches) DoppelGANger at its best has the lowest mean
# rank of all models, each as its paper says and at its best (3.1; the RNN at its best is next with 5.8), and this
# holds. A Gaussian for each kind of metadata has the same 3.1: that DoppelGANger is better than the controls is
# inconclusive. A classifier tells 83.1 % of its samples from real ones, 95.3 % of the Gaussian's, and 97.3 % of
# DoppelGANger's as its paper says, by their steps and bursts.
