# The five verbs of the project; `.ci/setup` makes a fresh machine ready on first use.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test app bench lock lint
export PYTHON

help:            ## this list
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

demo:            ## load the sample site and plan it from tickets to a published roster
	@.ci/setup run
	@.venv/bin/smena demo

app:             ## serve the app on localhost
	@.ci/setup run
	@.venv/bin/streamlit run app.py --server.address localhost

test: lint       ## lint, types and every test (real browser and PostgreSQL included)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .venv/bin/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile \
	  --no-loadscope-reorder $(ARGS)

lint:            ## style and types
	@.ci/setup test
	@.venv/bin/ruff format --check --quiet . || { echo "run: .venv/bin/ruff format ." >&2; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy

bench:           ## the benchmarks: prints tables, writes benchmarks/results/*.json (ARGS="accuracy --quick" for one)
	@.ci/setup run
	@.ci/setup bench
	@.venv/bin/python -m benchmarks $(ARGS)

lock:            ## pin the newest fitting versions, with hashes
	@.ci/setup test
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-annotate --no-header \
	  --upgrade pyproject.toml --extra postgres --extra build --output-file requirements.lock
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-annotate --no-header \
	  --upgrade pyproject.toml --extra postgres --extra build --extra test --constraint requirements.lock \
	  --output-file requirements-test.lock
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-annotate --no-header \
	  --upgrade --group bench --output-file requirements-bench.lock
