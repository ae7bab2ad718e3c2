# %% [markdown]
# # Figure 14's statistic on GCUT (§5.3)
#
# The distribution of each sample's maximum CPU rate. The paper's own data are not public. `SCALE` and `DATA` of the
# environment choose the scale and real data in the simulator's place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure14
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure14", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure14.compute(made)
frame.head(20)

# %%
Markdown(figure14.table(frame))

# %%
print(summary(made))
figure14.render(frame)
