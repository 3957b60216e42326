# make run       a demo shop on http://localhost:3000 (another port: make run PORT=3001)
# make test      format, lint, types, imports, migrations and tests; what CI runs
# make lint      the same without the tests
# make format    put the code into its form
# make speech    try again to install speech recognition
# make audit     compare what is installed with the published advisories; fails where these cannot be reached
# make clean     remove what was installed and cached; the demo's data stays
# make clean-data  remove the demo's data: database, secrets, logs
#
# Needs Python 3.11 or newer; PYTHON=... names one.
PYTHON ?=
PORT ?=
ARGS ?=
export PYTHON

.PHONY: run test lint format speech restore-drill audit clean clean-data

run:
	@sh scripts/install.sh
	@exec .venv/bin/python manage.py demo $(if $(PORT),--port $(PORT))

test:
	@sh scripts/install.sh dev
	@exec .venv/bin/python scripts/check.py $(ARGS)

lint:
	@sh scripts/install.sh dev
	@exec .venv/bin/python scripts/check.py --no-tests

format:
	@sh scripts/install.sh dev
	@.venv/bin/python -m ruff format .
	@.venv/bin/python -m ruff check --fix .

speech:
	@rm -f .venv/.installed-speech
	@sh scripts/install.sh

restore-drill:
	@sh scripts/install.sh
	@exec .venv/bin/python -m scripts.restore_drill $(ARGS)

audit:
	@sh scripts/install.sh dev
	@.venv/bin/pip-audit --strict --progress-spinner off

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.data/*' -prune -exec rm -rf {} +

clean-data:
	rm -rf "$${DATA_DIR:-.data}"
