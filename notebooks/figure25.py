# %% [markdown]
# # Figure 25 (Appendix D): the ranking of event-type prediction algorithms on real and on generated data, GCUT
#
# The paper: DoppelGANger and AR are best at keeping the algorithms' ranking.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure25` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure25
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure25")

# %%
frame = figure25.compute(made)
frame.head(20)

# %%
Markdown(page("figure25", frame, made))

# %%
figure25.render(frame)

# %% [markdown]
# ## What we see
#
# The paper says that DoppelGANger and AR keep the ranking best (both 1.00). On 1,500 simulated tasks
# (`results/gcut-simulated/`, three seeds, 400 batches) AR, the RNN and the HMM have 0.90 and DoppelGANger 0.70, as
# much as the real halves agree with each other: inconclusive. AR's and the RNN's samples are poor all the same (0.67
# and 0.43 of real), DoppelGANger's reach 0.90. On 126 real job-days (`results/gcut_jobs-real/`, three seeds, 1,000
# batches) the ranking is lost: the real halves themselves agree by only 0.16 (0.13 to 0.89). DoppelGANger has 0.56,
# inconclusive, and that AR (0.21) keeps it best fails: the HMM has 0.76. A ranking of five classifiers says little.
