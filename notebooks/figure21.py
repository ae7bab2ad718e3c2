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
# On 1,506 real pages (`results/wwt-real/`; three seeds, 2,000 batches) DoppelGANger's samples are nearer to their
# nearest training page than held-out pages to theirs with a probability of 0.427 (0.413 to 0.434), where 0.5 is a
# held-out sample and the bootstrap, which copies, has 1. That it does not memorise, as the paper claims, holds. Its
# samples are about as far from every page as real ones are from each other (0.0032 and 0.0031).
