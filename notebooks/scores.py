# %% [markdown]
# # Scores, beyond the paper: TimeGAN's and SDMetrics', by which other generators of time series are compared (D42)
#
# The paper: none of these scores, which are here to be laid beside the tables of TimeGAN, Diffusion-TS and TSGBench.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-scores` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import scores

made = runs("scores")

# %%
frame = scores.compute(made)
frame.head(20)

# %%
Markdown(page("scores", frame, made))

# %% [markdown]
# ## What we see
#
# No result is committed yet. The paper has none of these scores, so there is nothing to agree with. Look for a
# discriminative score near that of the `real` row, which is what chance makes of 0, and for a predictive score near
# that of `real`, which was trained on real samples. Compare both with series shuffled in time: a model that does no
# better has learnt no order in time that these scores can see. The scores see windows of 24 records, so they say
# nothing about longer patterns.
