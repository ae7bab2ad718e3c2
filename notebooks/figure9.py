# %% [markdown]
# # Figure 9 (§5.2): the histogram of task durations, GCUT, DoppelGANger and RNN
#
# The paper: DoppelGANger captures both modes of the durations, the RNN misses the second.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure9` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure9
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure9")

# %%
frame = figure9.compute(made)
frame.head(20)

# %%
Markdown(page("figure9", frame, made))

# %%
figure9.render(frame)

# %% [markdown]
# ## What we see
#
# The paper says that DoppelGANger captures both modes of the durations and that the RNN misses the second. On 1,500
# simulated tasks (`results/gcut-simulated/`, three seeds) this holds: DoppelGANger has a mode at one record and one
# near 13, and its distance is 5.7 records, where the other real half has 2.5. The RNN has 1,832 because three
# quarters of its tasks run past 50 records. On 126 real job-days (`results/gcut_jobs-real/`, three seeds)
# DoppelGANger has 185 records (85 to 520), as released 442, the bootstrap 214 and the RNN 1,290, because the RNN's
# jobs never end. The budgets are tiny (1,000 and 400 batches, RNN 80 and 40), so the RNN's failure may be one of
# training.
