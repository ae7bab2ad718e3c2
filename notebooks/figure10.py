# %% [markdown]
# # Figure 10 (§5.2): the histogram of end event types, GCUT
#
# The paper: DoppelGANger mimics the distribution of end event types, the naive GAN misses a category entirely.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure10` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure10
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure10")

# %%
frame = figure10.compute(made)
frame.head(20)

# %%
Markdown(page("figure10", frame, made))

# %%
figure10.render(frame)

# %% [markdown]
# ## What we see
#
# On 1,500 simulated tasks (`results/gcut-simulated/`, three seeds) DoppelGANger's Jensen-Shannon divergence is 0.0025
# bits, as released 0.0129, the naive GAN's 0.104 and the bootstrap's 0.0007. The paper says that DoppelGANger mimics
# the distribution and that the naive GAN misses a category: that holds, and the naive GAN gives only FINISH. On 126
# real job-days (`results/gcut_jobs-real/`, three seeds) DoppelGANger has 0.0075, as released 0.0095, as the bootstrap
# (0.0075), and the naive GAN 0.077, ten times as much. DoppelGANger too misses the rarest type, FAIL: with all seeds
# on simulated tasks and with two of three on the job-days, where resampling misses it with all three. The budgets are
# tiny (400 and 1,000 batches).
