# %% [markdown]
# # Figure 1 (§2.2, §5.2): autocorrelation of daily page views, real and generated
#
# The paper: DoppelGANger captures the weekly spikes and the local peak at about one year; the baselines do not.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure1` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure1
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure1")

# %%
frame = figure1.compute(made)
frame.head(20)

# %%
Markdown(page("figure1", frame, made))

# %%
figure1.render(frame)

# %% [markdown]
# ## What we see
#
# On real rows (`results/wwt-real/`, three seeds) DoppelGANger's curve lies along the real one, with weekly peaks and
# a rise at one year that is lower than the real one and changes from seed to seed. Beyond a month or two the other
# deep models are flat or noise; AR and the RNN stay far above, because maps that are iterated without noise forget
# nothing.
