# Everything from a fresh clone: `make demo`, `make test`. Needs Python 3.11 to 3.13, make and git.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STUDIES := prop99 hiv_incentives portfolio
HONESTY_REPS ?= 4000

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo screenshots test test-slow coverage test-all check format lock honesty generate bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.runtime ## install what `advocacy` needs into .venv

setup-dev: $(VENV)/.dev ## the same, and what tests and checks need

$(VENV)/.runtime: pyproject.toml constraints.txt .ci/setup.sh
	@bash .ci/setup.sh "$(PYTHON)" "$(VENV)" .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt .ci/setup.sh
	@bash .ci/setup.sh "$(PYTHON)" "$(VENV)" ".[dev]"
	@touch $(VENV)/.runtime $@

demo: $(VENV)/.runtime ## run the three example studies; prints verdicts and where the reports are
	@$(BIN)/advocacy run $(STUDIES)

screenshots: demo ## take the pictures of docs/images from the example reports (needs Chromium)
	$(BIN)/python docs/screenshots.py

test: $(VENV)/.dev ## unit, property, golden and a few integration runs (at most 5 minutes)
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not slow"

test-slow: $(VENV)/.dev coverage ## everything else: coverage, Dagster, browser, database, docs, notebooks, other seeds
	$(BIN)/python -m pytest -q -m slow

coverage: $(VENV)/.dev ## the tests of `make test` must reach all of schemas and impact, nine tenths of the rest
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not slow" --cov --cov-report=term:skip-covered
	$(BIN)/python -m coverage report --include="schemas/*,impact/*" --fail-under=100 --format=total
	$(BIN)/python -m coverage report --fail-under=90 --format=total

test-all: test test-slow ## both

check: $(VENV)/.dev ## what CI runs before the tests: format, lint, types, imports, lengths, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m schemas.dictionary --check
	$(BIN)/python -m pipelines.catalog --check
	$(BIN)/python -m pytest -q tests/house

format: $(VENV)/.dev ## rewrite the code in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

honesty: $(VENV)/.dev ## simulate worlds of known truth, write docs/honesty.md (HONESTY_REPS=4000; an hour on 2 cores)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -W ignore::DeprecationWarning \
		-m benchmarks.honesty --reps $(HONESTY_REPS)

generate: $(VENV)/.dev ## rewrite the data dictionary, the JSON Schemas and the list of Dagster definitions
	$(BIN)/python -m schemas.dictionary
	$(BIN)/python -m pipelines.catalog

lock: $(VENV)/.dev ## resolve constraints.txt again from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links -q -o constraints.txt

bench: $(VENV)/.dev ## us, the floor and the peers side by side; writes docs/benchmarks.md
	$(BIN)/python -m benchmarks

clean: ## remove the environment and everything the program wrote
	rm -rf $(VENV) data/output
