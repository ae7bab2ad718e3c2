# %% [markdown]
# # Figure 24: forecasting of page views (Appendix D)
#
# Do regressors that are trained on generated pages work on real ones?
# `SCALE` and `DATA` of the environment choose the scale and real data in the simulator's place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure24
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure24", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure24.compute(made)
frame.head(20)

# %%
Markdown(figure24.table(frame))

# %%
print(summary(made))
figure24.render(frame)
