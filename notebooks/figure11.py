# %% [markdown]
# # Figure 11 (§5.2): the error of the autocorrelation by the number of training samples, WWT
#
# The paper: the error decreases by 60 % as training samples grow by two orders of magnitude, 500 are worst, and
# models of equal settings vary.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure11` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure11
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure11")

# %%
frame = figure11.compute(made)
frame.head(20)

# %%
Markdown(page("figure11", frame, made))

# %%
figure11.render(frame)

# %% [markdown]
# ## What we see
#
# No committed result yet. At scale smoke all sizes are the same 100 samples, so that there is a single point. With
# 16,000 batches on real pages, of an earlier version, 500 training samples had a smaller error than 1,506
# (`results/wwt-real/table3.md`), against the paper's claim; five runs a size will say whether that stays.
