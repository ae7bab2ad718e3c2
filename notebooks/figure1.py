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
# On real rows (`results/wwt-real-whole/`, three seeds, 16,000 batches) DoppelGANger's curves lie along the real one.
# At its best by V its week stands out as much as the real one (0.029 of 0.030), its year half as much (0.029 of
# 0.050). A naive GAN at its best has both (0.024 and 0.052), and so has a Gaussian. The other deep models are flat or
# noise beyond a month or two; AR and the RNN as their paper says stay far above, because maps that are iterated
# without noise forget nothing.
