# Two commands do everything: `make run` and `make test`.
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin

.PHONY: run test lint format python

run: .venv/installed
	@$(BIN)/python manage.py demo

test: .venv/installed-dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh tests/run

lint: .venv/installed-dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh tests/run lint

format: .venv/installed-dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed and was not found. Install it, then run make again."; exit 1; }

.venv/bin/python: | python
	@$(PYTHON) -m venv .venv 2>/dev/null || { rm -rf .venv; echo "Python's venv module is missing. On Debian or Ubuntu: apt install python3-venv. Then run make again."; exit 1; }

.venv/installed: requirements.txt requirements-speech.txt | .venv/bin/python
	@echo "Installing what Execora needs into .venv (about a minute) ..."
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements-speech.txt \
		|| echo "Speech recognition could not be installed: typed text works; run make again to retry."
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@echo "Installing what the tests need ..."
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@
