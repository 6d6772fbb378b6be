# Thin names for commands a person could type. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run test test-slow ui bench bench-landing bench-queries bench-identity run-real audit lineage clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
REAL_READY := .venv/.real
# In an environment of its own: it shares nothing with what it audits.
PIP_AUDIT := 2.10.1

# On a machine that forbids byte code beside the source, every start would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.cache/pyc

help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

run: $(READY) ## Land, build, audit, publish; with a generated sample company if there are no deliveries
	@test -n "$$THROUGHLINE_COMPANY" || test -d "$${THROUGHLINE_DATA:-data}/landing" || $(BIN)/throughline sample
	@$(BIN)/throughline run

test: $(READY) ## Lint, types, conventions, unit tests, data tests, end to end
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models dbt_project/tests
	$(BIN)/pytest -m "not slow" -n 2

test-slow: $(READY) ## The proofs that take minutes
	$(BIN)/pytest -m slow

ui: $(READY) ## Dagster's UI, schedule and sensors on 127.0.0.1:3000; prints the link to enter by
	@$(BIN)/throughline ui

bench: $(READY) ## Measure a company: first build, a day, nothing new, queries; SCALE=100k (touchpoints), 1M, 4M, 10M
	@$(BIN)/python -m tests.bench.bench_company $(or $(SCALE),1M)

bench-landing: $(READY) ## Measure landing against plain DuckDB
	$(BIN)/python -m tests.bench.bench_landing

bench-queries: $(READY) ## Measure a dashboard's queries on ten million touchpoints, after `make run`
	$(BIN)/python -m tests.bench.bench_queries

bench-identity: $(READY) ## Measure who is who, beside other tools; RECORD_FILES=folder with the files of known duplicates
	@$(BIN)/python -m tests.bench.bench_identity $(if $(RECORD_FILES),--record-files "$(RECORD_FILES)")

run-real: $(REAL_READY) ## The Complete Journey (installed from PyPI) through the same job, into data/real
	@test -d data/real/landing || $(BIN)/python -m orchestration.sample_world.complete_journey --out data/real
	@THROUGHLINE_DATA=data/real $(BIN)/throughline run --set sources=complete_journey \
		--set reporting_currency=USD --set default_time_zone=America/New_York \
		--set company_name="The Complete Journey"

audit: ## Look every pinned package up among known vulnerabilities; needs the network, and fails without
	@test -x .cache/audit/bin/pip-audit || { $(PYTHON) -m venv .cache/audit && \
		.cache/audit/bin/pip install --quiet --disable-pip-version-check pip-audit==$(PIP_AUDIT); }
	@.cache/audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip --format json \
		--progress-spinner off | $(PYTHON) .ci/audit.py

lineage: ## Install what draws the lineage of columns into `throughline docs`, in an environment of its own
	$(PYTHON) -m venv .lineage
	.lineage/bin/pip install --quiet --disable-pip-version-check 'sqlglot==27.29.0' 'click>=8.1.7'
	@# It asks for a later sqlglot, with which it loses 747 columns of 77 models.
	.lineage/bin/pip install --quiet --disable-pip-version-check --no-deps 'dbt-colibri==0.3.7'
	@echo 'throughline docs --anew draws it.'

clean: ## Remove the environment, caches and run history; data/ stays
	rm -rf .venv .lineage .cache .dagster .pytest_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

$(REAL_READY): $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,real]'
	@touch $@
