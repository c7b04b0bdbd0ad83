# `make demo` and `make test` need Python 3.11+, make and a package index; nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo demo-failing test lint types layers wheel-check check bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "stormproof needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; name one with: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/.demo: $(VENV)/.made pyproject.toml
	$(BIN)/pip install --quiet --editable '.[respx,grpc,kafka]' --group demo
	@touch $@

$(VENV)/.dev: $(VENV)/.made pyproject.toml
	$(BIN)/pip install --quiet --editable '.[all]' --group dev
	@touch $@

demo: $(VENV)/.demo ## the online shop: contracts and chaos, all green
	$(BIN)/pytest examples/shop

demo-failing: $(VENV)/.demo ## a fragile service, and what its failures look like
	$(BIN)/pytest examples/fragile || test $$? -eq 1

test: $(VENV)/.dev ## the whole test suite
	$(BIN)/pytest $(PYTEST_ARGS)

lint: $(VENV)/.dev ## format and lint
	$(BIN)/ruff format --check
	$(BIN)/ruff check

types: $(VENV)/.dev ## mypy and pyright, both strict
	$(BIN)/mypy
	$(BIN)/pyright

layers: $(VENV)/.dev ## which layer may import which
	$(BIN)/lint-imports

wheel-check: $(VENV)/.dev ## build the wheel and look into it
	$(BIN)/python -m pytest tests/packaging --stormproof-require

check: lint types layers test ## all of it

bench: $(VENV)/.dev ## the figures of benchmarks/
	$(BIN)/python -m benchmarks

clean: ## remove what was made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis stormproof-report examples/*/stormproof-report
