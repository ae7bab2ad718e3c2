# %% [markdown]
# # Figure 6: the auxiliary discriminator (§4.3)
#
# The distribution of (max + min)/2 over series: does an auxiliary discriminator on metadata and min/max bring it closer
# to the real one? `SCALE` and `DATA` of the environment choose the scale and a real file in the simulator's place.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure6
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure6")

# %%
frame = figure6.compute(made)
frame.groupby(["model", "seed"])[["w1", "w1_log10"]].first()

# %%
Markdown(figure6.table(frame))

# %%
print(summary(made))
figure6.render(frame)
