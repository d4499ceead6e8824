# One command for everything that decides about a change: make check

BIN ?= $(if $(wildcard .venv/bin/python),.venv/bin/,)
export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: check format lint types floors generated test generate reformat conformance

check: format lint types floors generated test

format:
	$(BIN)ruff format --check .

lint:
	$(BIN)ruff check .

types:
	$(BIN)mypy

floors:
	$(BIN)lint-imports

generated:
	$(BIN)python tools/generate.py --check

test:
	$(BIN)python -m pytest

conformance:
	$(BIN)python bench/conformance.py

generate:
	$(BIN)python tools/generate.py

reformat:
	$(BIN)ruff format .
	$(BIN)ruff check --fix .
