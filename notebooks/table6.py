# %% [markdown]
# # Table 6: the schema of GCUT (Appendix A)
#
# Nothing is trained.

# %%
import os

from IPython.display import Markdown

from experiments.paper.artifact import summary
from experiments.paper.grid import runs
from experiments.tables import table6

made = runs("table6", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = table6.compute(made)
frame.head(20)

# %%
Markdown(f"{table6.render(frame)}\n\n{summary(made)}")
