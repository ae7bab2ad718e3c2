# %% [markdown]
# # Figure 4 (§4.1): the error of the autocorrelation by the batch parameter S, the records of one RNN pass, WWT
#
# The paper: even a small S, but larger than 1, improves signals substantially; the larger S, the harder is a pass; S
# = 5 works well, and T/S around 50 (§4.4).
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure4` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure4
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure4")

# %%
frame = figure4.compute(made)
frame.head(20)

# %%
Markdown(page("figure4", frame, made))

# %%
figure4.render(frame)

# %% [markdown]
# ## What we see
#
# On real pages (`results/wwt-real-sizes/`; 2,000 batches, one seed, which decides nothing) the error falls from 0.00078
# with S = 1 over 0.00067 with 5 and 0.00049 with 11 to 0.00019 with 22 and 0.00011 with 110, and a run takes 608
# seconds with S = 1 and 50 with 110. That a larger S than 1 is better agrees with the paper. That a pass of many
# records is hard to learn does not show in so short a training, where fewer passes are learnt sooner. The star is S as
# short trainings choose it (D70). At scale smoke ten batches train nothing, and the drawing says how far away each S
# begins.
