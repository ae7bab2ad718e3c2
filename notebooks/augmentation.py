# %% [markdown]
# # Augmentation, beyond the paper: do predictors do better with real and generated samples (A + B) than with A alone?
#
# The paper: nothing: it names the augmentation of data as a use of GANs (§1) and does not measure it.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-augmentation` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import augmentation

made = runs("augmentation")

# %%
frame = augmentation.compute(made)
frame.head(20)

# %%
Markdown(page("augmentation", frame, made))

# %% [markdown]
# ## What we see
#
# On 1,506 real pages (`results/wwt-real/`; three seeds, 2,000 batches) generated pages beside the real ones raise the
# R² of the five-layer MLP whichever model made them: DoppelGANger's by 0.012, and the most RCGAN's, by 0.061, which
# alone teach it nothing (Figure 24). DoppelGANger's raise that of linear regression by 0.047, but pages shuffled in
# time by 0.057, and real pages with random phases by 0.052. So generated pages act as regularisers rather than as new
# data. The one-layer MLP gains 0.022 at most, kernel ridge nothing. On 126 real job-days (`results/gcut_jobs-real/`;
# three seeds, 1,000 batches) DoppelGANger's samples lower the accuracy of four of five classifiers (by 0.05 to 0.08
# in the median), and the balanced accuracy of these too (by 0.07 to 0.16). The paper names augmentation as a use of
# GANs and does not measure it, so there is no number to agree with.
