# %% [markdown]
# # Figure 18 (Appendix C): the histogram of task durations, GCUT, all models that generate lengths
#
# The paper: of the distributions of durations DoppelGANger's is clearly the most faithful.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure18` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure18
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure18")

# %%
frame = figure18.compute(made)
frame.head(20)

# %%
Markdown(page("figure18", frame, made))

# %%
figure18.render(frame)

# %% [markdown]
# ## What we see
#
# The paper says that DoppelGANger's durations are clearly the most faithful. On 126 real job-days
# (`results/gcut_jobs-real/`, three seeds) DoppelGANger is closest with 185 records (85 to 520); the HMM has 226, the
# released variant 442 and the naive GAN 569. On 1,500 simulated tasks (`results/gcut-simulated/`, three seeds)
# DoppelGANger has 5.7, the released variant 5.6, the HMM 6.9 and the naive GAN 12.4: that DoppelGANger is closest
# holds there, though not against controls. AR and the RNN have more than 1,200 because most or all of their samples
# do not end; budgets are tiny (1,000 and 400 batches), and on the job-days the bootstrap's 214 (65 to 222) are no
# farther than DoppelGANger's.
