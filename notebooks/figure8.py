# %% [markdown]
# # Figure 8: CPU and memory within a task (§5.2)
#
# The distribution of their Pearson correlation over samples, real and generated. `SCALE` and `DATA` of the
# environment choose the scale and real data in the simulator's place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure8
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure8", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure8.compute(made)
frame.head(20)

# %%
Markdown(figure8.table(frame))

# %%
print(summary(made))
figure8.render(frame)
