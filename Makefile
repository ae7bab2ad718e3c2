# `make help` lists what can be made. Nothing needs to be activated: every target uses the environment in .venv.
PYTHON ?= python3
SCALE ?= small
DATA ?=
RESULTS ?= results
ARGS ?=
JOBS ?=

export PYTHONPATH := $(CURDIR)
export DATA DATA_WWT DATA_MBA DATA_GCUT DATA_GCUT_JOBS RESULTS SCALE JOBS # paths reach Hydra through the environment, so that its grammar does not see them
BIN := .venv/bin
READY := .venv/ready
ARTIFACTS := $(sort $(basename $(notdir $(wildcard conf/experiment/*.yaml))))
REAL := $(if $(DATA),'data=$${oc.env:DATA}')
CHOSEN := "scale=$(SCALE)" 'results=$${oc.env:RESULTS}' $(REAL) $(if $(JOBS),jobs=$(JOBS)) $(ARGS)

.DEFAULT_GOAL := help
.PHONY: help env test test-fast test-slow test-slurm lint docs docs-links speed figures artifacts evidence paper report notebooks lab peer-rows clean

help: ## this list
	@echo "make TARGET [SCALE=smoke|small|evening|paper] [DATA=path of a real file] [RESULTS=folder] [JOBS=runs at a time] [ARGS='hydra overrides']"
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'
	@echo "artifacts:  $(ARTIFACTS)"
	@echo "models:     $(sort $(basename $(notdir $(wildcard conf/model/*.yaml))))"
	@echo "datasets:   $(sort $(basename $(notdir $(wildcard conf/dataset/*.yaml))))"
	@echo "commands, each as .venv/bin/python -m experiments.COMMAND:"
	@awk 'FNR == 1 && FILENAME !~ /__init__/ {n = split(FILENAME, path, /[\/.]/); gsub(/"""/, ""); printf "  %-16s %s\n", path[n - 1], $$0}' experiments/*.py

env: $(READY) ## the environment in .venv, from requirements.lock (once; about 3 minutes)

$(READY): requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)) and "Python 3.11 or 3.12 is needed, this is " + sys.version.split()[0] + "; name one by PYTHON=")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@touch $(READY)

test: $(READY) ## every test, two at a time with a thread each, and the slowest ten (14 minutes on two cores)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest

test-fast: $(READY) ## all but the tests that are marked slow (135 seconds on two cores)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not slow"

test-slow: $(READY) ## a sweep killed 100 times (KILLS=; 5 minutes on two cores), then 1,000 wrong files a reader (MUTATIONS=; 8 to 11)
	OMP_NUM_THREADS=1 KILLS=$(or $(KILLS),100) $(BIN)/python -m pytest -n 0 -s tests/experiments/under_fire/test_kills.py
	OMP_NUM_THREADS=1 MUTATIONS=$(or $(MUTATIONS),1000) $(BIN)/python -m pytest tests/dg/test_mutations.py \
		tests/dg/datasets/test_files_of_others.py tests/experiments/test_mutations.py -k "not named and not pipe"

test-slurm: $(READY) ## sweeps on a real SLURM of this machine, as root (gets slurm-wlm and munge by apt; 18 minutes on two busy cores)
	$(BIN)/python tests/slurm/cluster.py install
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 0 -v tests/slurm/test_sweep.py tests/slurm/stops.py

lint: $(READY) ## ruff, mypy and the floors of the house (about 1 minute)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(READY) ## the documentation as a site, docs/_build/docs/index.html; warnings are errors (half a minute, no network)
	$(BIN)/python -m sphinx -c docs . docs/_build --fresh-env --fail-on-warning --keep-going --quiet

docs-links: $(READY) ## whether the links of the documentation to other sites lead anywhere (network)
	$(BIN)/python -m sphinx -c docs . docs/_build/links --builder linkcheck --fresh-env --quiet

reproduce-%: $(READY) ## one artifact, e.g. reproduce-table3: smoke 1 minute, small 8, evening 8 hours, paper days
	$(BIN)/python -m experiments.reproduce artifact=$* $(CHOSEN)

artifacts: $(addprefix reproduce-,$(ARTIFACTS)) ## every artifact there is

figures: $(addprefix reproduce-,$(sort $(basename $(notdir $(wildcard experiments/figures/[a-z]*.py))))) ## every figure

evidence: $(READY) ## everything that results/ holds, in order of worth, at low priority (DATA_WWT= DATA_MBA= DATA_GCUT_JOBS=; weeks)
	$(BIN)/python -m experiments.evidence 'results=$${oc.env:RESULTS}' $(if $(JOBS),jobs=$(JOBS)) $(ARGS)

report: $(READY) ## all that results/ holds, ours beside the paper's, on one HTML page, results/report.html (seconds)
	$(BIN)/python -m experiments.report 'results=$${oc.env:RESULTS}' $(ARGS)

paper: $(READY) ## everything, from nothing to the report, in $(RESULTS)/paper-$(SCALE); goes on where it stopped (DATA_WWT= DATA_MBA= DATA_GCUT=; smoke: 10 minutes of one core)
	made=0; \
	$(BIN)/python -m experiments.evidence queue=paper "scale=$(SCALE)" 'results=$${oc.env:RESULTS}/paper-$(SCALE)' \
		$(if $(JOBS),jobs=$(JOBS)) $(ARGS) || made=$$?; \
	[ $$made -le 1 ] || exit $$made; \
	$(BIN)/python -m experiments.report queue=paper "scale=$(SCALE)" 'results=$${oc.env:RESULTS}/paper-$(SCALE)' \
		&& exit $$made

train-%: $(READY) ## one run, e.g. train-doppelganger ARGS="seed=1 model.module.alpha=2" (small: minutes)
	$(BIN)/python -m experiments.train model=$* "scale=$(SCALE)" $(REAL) $(ARGS)

notebooks: $(READY) ## executes every notebook with a real kernel at SCALE, into $(RESULTS)/notebooks (smoke: 2 minutes)
	DATA="$${DATA:+$$(realpath "$$DATA")}" $(BIN)/jupyter nbconvert --to notebook --execute --log-level WARN \
		--output-dir "$$RESULTS/notebooks" notebooks/*.ipynb

lab: $(READY) ## JupyterLab at the notebooks, which find the packages, SCALE= and DATA= (ARGS= are Jupyter's own)
	DATA="$${DATA:+$$(realpath "$$DATA")}" $(BIN)/jupyter lab --LabApp.default_url=/lab/tree/notebooks $(ARGS)

peer-rows: $(READY) ## an outside DoppelGANger on the same rows, for Table 3, or 2 by ARTIFACT=table2 (makes its environment)
	$(BIN)/python -m experiments.peer_rows artifact=$(or $(ARTIFACT),table3) $(CHOSEN)

speed: $(READY) ## milliseconds a batch, ours and the peer's in turn, then every size's and model's, and private ones (18 minutes; makes the peer's environment)
	for precision in 32-true bf16-mixed; do for threads in 1 2; do \
		OMP_NUM_THREADS=$$threads $(BIN)/python -m benchmarks.speed.training --threads $$threads --precision $$precision || exit 1; \
	done; done
	$(BIN)/python -m benchmarks.speed.sizes
	$(BIN)/python -m benchmarks.speed.models
	$(BIN)/python -m benchmarks.speed.private

clean: ## removes runs and results, keeps the environment
	rm -rf outputs results/*.csv results/*.md results/*.json results/*.png results/*.pdf results/report.html results/notebooks results/paper-*
