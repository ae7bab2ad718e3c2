# %% [markdown]
# # Table 8: the schema of MBA (Appendix A)
#
# Nothing is trained.

# %%
import os

from IPython.display import Markdown

from experiments.paper.artifact import summary
from experiments.paper.grid import runs
from experiments.tables import table8

made = runs("table8", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = table8.compute(made)
frame.head(20)

# %%
Markdown(f"{table8.render(frame)}\n\n{summary(made)}")
