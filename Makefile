# What can be made here. `make` alone lists it.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules

STEP   := @scripts/step
TOLD   := @scripts/step --tell
PYTHON := .venv/bin/python
NATIVE := ami_audit.adapters.chain_core._native
RUST   := $(shell find rust -name target -prune -o -path rust/fuzz -prune -o -type f -print)

# What the compiled module is made from; nothing else makes it anew.
MANIFESTS := Cargo.toml $(wildcard Cargo.lock) pyproject.toml

.PHONY: help setup build demo format lint lint-python lint-types lint-rust test bench soak clean

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/    make \1\t\2/p' Makefile | expand -t 20

setup: ## make .venv and install what is missing
	$(STEP) "environment" scripts/setup

build: .venv/built ## build the native core in release mode, into .venv

.venv/built: $(RUST) $(MANIFESTS) | setup
	$(STEP) "native core (release)" scripts/build
	@touch $@

demo: build ## audit this repository into a fresh trail, verify it, print the report
	@scripts/demo

format: build ## write every file in the house's format, mend what the linter can
	$(STEP) "ruff format" ruff format
	$(STEP) "ruff check --fix" ruff check --fix
	$(STEP) "cargo fmt --all" cargo fmt --all

lint: lint-python lint-types lint-rust ## format, lint, types and floors
	@echo "Lint is clean."

lint-python: build
	$(STEP) "ruff format" ruff format --check --output-format concise
	$(STEP) "ruff check" ruff check --output-format concise
	$(TOLD) "import-linter" lint-imports --no-logo

lint-types: build
	$(TOLD) "mypy --strict" mypy
	$(TOLD) "stubtest" $(PYTHON) -m mypy.stubtest $(NATIVE) --mypy-config-file pyproject.toml

lint-rust: build
	$(STEP) "cargo fmt" cargo fmt --all --check
	$(STEP) "clippy" cargo clippy --quiet --workspace --all-targets -- -D warnings
	$(STEP) "fuzz targets compile" scripts/fuzz --check

test: build lint ## everything that must hold: lint, cargo test, pytest
	$(STEP) "cargo test" cargo test --quiet --workspace
	$(TOLD) "pytest" $(PYTHON) -m pytest -q -n 2
	@echo "All tests passed."

bench: build ## measure, beside the plain Python twin and the peers
	@scripts/bench

soak: build ## what takes minutes: each fuzz target for one, long crash runs
	@scripts/soak

clean: ## remove what was made here
	rm -rf .venv .build target rust/fuzz/target .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	rm -f src/ami_audit/adapters/chain_core/_native*.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
