# %% [markdown]
# # Table 7: the schema of WWT (Appendix A)
#
# Nothing is trained.

# %%
import os

from IPython.display import Markdown

from experiments.paper.artifact import summary
from experiments.paper.grid import runs
from experiments.tables import table7

made = runs("table7", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = table7.compute(made)
frame.head(20)

# %%
Markdown(f"{table7.render(frame)}\n\n{summary(made)}")
