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
# On 126 real job-days (`results/gcut_jobs-real/scores.md`; three seeds, 1,000 batches, RNN 80) DoppelGANger is told
# from real jobs no more often than other real jobs are: a discriminative score of 0.0733 beside 0.0679, where the naive
# GAN has 0.2200 and the RNN 0.2867. In the predictive score it has 0.0049, real jobs 0.0037, AR 0.0154 and the RNN
# 0.0646. But jobs whose records are shuffled in time have 0.0133 and 0.0048, and no model does better: with 75 jobs to
# tell apart, of which a fifth is tested, and windows of 24 records, both scores see hardly any order in time. The paper
# has none of them, so there is nothing to agree with. SDMetrics' differences from record to record see more: shuffled
# jobs have 0.786, DoppelGANger 0.871, a Gaussian 0.895 and real jobs 0.966.
