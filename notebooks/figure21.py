# %% [markdown]
# # Figure 21 (Appendix C): three generated samples and their nearest training samples, WWT
#
# The paper: generated samples differ from their nearest training samples: DoppelGANger does not memorise.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure21` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure21
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure21")

# %%
frame = figure21.compute(made)
frame.head(20)

# %%
Markdown(page("figure21", frame, made))

# %%
figure21.render(frame)

# %% [markdown]
# ## What we see
#
# On 1,506 real pages (`results/wwt-real/`; three seeds, 5,000 batches) DoppelGANger's samples are nearer to their
# nearest training page than held-out pages to theirs with a probability of 0.38 (0.22 to 0.39), where 0.5 is a held-
# out sample and the bootstrap, which copies, has 1. So it does not memorise here, as the paper claims. Its samples
# are farther from every page than real ones are from each other (0.0032 against 0.0025), because they are not real
# enough: the statistic says nothing of fidelity.
