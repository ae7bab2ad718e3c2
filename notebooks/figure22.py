# %% [markdown]
# # Figure 22: nearest training samples, GCUT (Appendix C)
#
# Does DoppelGANger memorise? Its samples beside the nearest training samples, and a statistic. `SCALE` and `DATA` of
# the environment choose the scale and real data in the simulator's place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure22
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure22", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure22.compute(made)
frame.head(20)

# %%
Markdown(figure22.table(frame))

# %%
print(summary(made))
figure22.render(frame)
