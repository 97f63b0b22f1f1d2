# Every command a newcomer or a developer needs; `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup packages programs browser demo test lint pytest unit format constraints licences schema vendor wording screenshots clean

BIN := .venv/bin
STAMP := .venv/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check
BASE_PYTHON = $(shell for python in python3.11 python3.12 python3; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$python && break; done)
NO_PYTHON := error: no Python 3.11 or 3.12 in PATH; on Debian 12: apt-get install python3
NO_VENV := error: this Python cannot make virtual environments; on Debian, as root: apt-get install python3-venv

help: ## Lists these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

NO_BROWSER := error: no chromium in PATH, which tests of pages drive; on Debian, as root: apt-get install chromium fonts-dejavu-core

setup: packages programs browser ## Gets all that demo and test need: Python packages, Asterisk, Redis, PostgreSQL, espeak-ng, Chromium

packages: $(STAMP)

$(STAMP): constraints.txt pyproject.toml
	@python=$(BASE_PYTHON); [ -n "$$python" ] || { echo "$(NO_PYTHON)"; exit 1; }; \
	$$python -c 'import ensurepip' 2>/dev/null \
		|| { [ "$$(id -u)" = 0 ] && command -v apt-get && apt-get -qq update && apt-get -qq install -y python3-venv; } >/dev/null \
		|| { echo "$(NO_VENV)"; exit 1; }; \
	$(PIP) --version >/dev/null 2>&1 || $$python -m venv --clear .venv
	@echo "installing Python packages, about a minute the first time"
	@$(PIP) install -qq --use-pep517 --require-hashes -r constraints.txt
	@$(PIP) install -qq --no-deps --no-build-isolation -e .
	@touch $@

programs: packages
	@$(BIN)/python -m asterisk.install

browser: ## Gets the browser that tests of pages drive; the demo needs none
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& echo "installing chromium, about a minute" && apt-get -qq update \
		&& DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium fonts-dejavu-core; } >/dev/null \
		|| { echo "$(NO_BROWSER)"; exit 1; }

demo: packages ## Runs the main job on a virtual town: make demo ARGS="--calls 500 --keep"
	@$(if $(findstring simulated,$(ARGS)),true,$(MAKE) --no-print-directory programs)
	@$(BIN)/dozvon demo $(ARGS)

test: setup lint pytest ## Sets up, checks style, types and floors, runs all tests: what must pass before a commit

lint: packages ## Style, types, and the floors of the house
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

pytest: packages
	@$(BIN)/python -m tests.second_go -n 4 --dist loadgroup $(ARGS)

unit: packages ## Only the tests that need nothing but Python: seconds
	@$(BIN)/pytest -m "unit and not integration" -n 2 $(ARGS)

format: packages ## Formats the code and mends what ruff can mend
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format

constraints: packages ## Pins every package anew (ARGS=--upgrade for the newest), with the hashes of all its files
	@index=$$($(PIP) config get :env:.index-url 2>/dev/null || $(PIP) config get global.index-url 2>/dev/null); \
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --fork-strategy fewest \
		--generate-hashes --no-annotate --no-header --quiet $${index:+--default-index "$$index"} \
		--output-file constraints.txt $(ARGS) >/dev/null
	@sed -i '1i # Written by `make constraints`: CPython 3.11 and 3.12, every file of each release.' constraints.txt

licences: packages ## Writes docs/licences.md from the installed packages
	@$(BIN)/python -m docs.licences > docs/licences.md

wording: packages ## Collects the words of the console's pages, and names those that have no translation yet
	@$(BIN)/python -m agent_console.wording

screenshots: packages ## Writes the screens in both languages into docs/screens (Chromium)
	@$(BIN)/python -m docs.screenshots $(ARGS)

vendor: ## Bundles the browser's libraries anew (Node.js): agent_console/static/vendor
	@cd agent_console/vendor && npm install --no-package-lock --no-audit --no-fund --silent && node build.mjs; \
	status=$$?; rm -rf node_modules; exit $$status

schema: packages ## Writes docs/strategy.schema.json from the strategy language
	@$(BIN)/python -m docs.strategies > docs/strategy.schema.json

clean: ## Removes the virtual environment and every cache of this folder
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
