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
# On real pages (`results/wwt-real-released/`, three seeds) a Gaussian for each kind of metadata has the lowest mean
# rank, 1.8, and DoppelGANger 2.8: the claim that it is better than the controls fails. A classifier tells 98.5 % of
# its samples from real ones, by their steps and bursts, and 96.6 % of the Gaussian's. With a generator that puts each
# series onto its own range (D47, `results/wwt-real-self_normalizing/`) it is 95.8 %, and four fifths of the real
# samples are covered instead of three.
