# `make run` and `make test` are all one needs; both set everything up first and are quick when repeated.
PYTHON ?= python3
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run demo test test-engines check bench lock format clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup:
	@$(PYTHON) deploy/bootstrap.py

setup-dev:
	@$(PYTHON) deploy/bootstrap.py --tests

run: setup  ## Set up, then serve the diary (Ctrl-C stops it)
	@$(PY) manage.py serve

demo: setup  ## Run the sample clip through the whole chain in the shell
	@$(PY) manage.py demo

test: setup-dev  ## Set up, then run every test, also on PostgreSQL and Redis
	@$(PY) -m tests.engines
	@$(PY) -m pytest

check: setup-dev  ## Format, lint, types and layers
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/lint-imports
	@.venv/bin/mypy
	@$(PY) manage.py makemigrations --check --dry-run

bench: setup-dev  ## Measure what docs/measurements.md states
	@$(PY) -m inference.bench.clip_to_row
	@$(PY) -m inference.bench.recognise_cost
	@$(PY) -m inference.bench.pose_speed
	@$(PY) manage.py measure_calendar

lock: setup-dev  ## Resolve deploy/requirements*.in into the pinned lists
	@$(PY) deploy/lock.py

format: setup-dev  ## Put code into shape
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

clean:  ## Remove the virtual environment and caches; var/ with your data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
