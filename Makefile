# The commands of the house. Everything a fresh machine lacks is installed into .venv by the first of them.
# The first of these that runs, beginning with that of the official image; a name alone may be a shim of pyenv.
PYTHON ?= $(firstword $(foreach v,3.13 3.12 3.11,$(shell python$(v) -c 'import sys; print(sys.executable)' 2>/dev/null)) python3)
BIN := .venv/bin
export PYTHONPATH := $(CURDIR)/plugins:$(CURDIR)
export DUE_DATE ONCE DEMO_CLIENTS MULTITV_HOME AIRFLOW_PORT SANDBOX_PORT ROWS SEED
# Each task is a new process, and would compile again whatever is not stored compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run up test proofs check soak chaos restore-drill compose-test bench plot plans pictures scaling lint lint-types lint-sql lint-code format lock package clean
.DEFAULT_GOAL := help

help: ## list the commands
	@grep -hE '^[a-z.-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z.-]+):.*## /\1\t/' | expand -t 10

run: .venv/runtime ## start everything, run the main job for DUE_DATE, print a summary, stay up (ONCE=1: stop and exit)
	@$(BIN)/python -m include.local run

up: .venv/runtime ## start everything and run nothing
	@$(BIN)/python -m include.local up

test: .venv/development ## the tests, on a real PostgreSQL, HTTP sandbox and Airflow
	@$(BIN)/python -m tests.support.system
	@$(BIN)/python -m tests

proofs: .venv/development ## the long proofs, shortened: contracts' lives, the screens in a browser, Celery, kills; most in thirds by the day
	@$(BIN)/python -m tests.support.system
	@$(BIN)/python -m tests proofs

check: .venv/development ## the inner loop: types, style, imports, and the tests that are quick
	@$(MAKE) --no-print-directory --jobs 2 lint-types lint-code
	@$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile --no-loadscope-reorder

soak: .venv/development ## all long proofs, at full size (SOAK=20 times as much as make proofs tries)
	@$(BIN)/python -m tests.support.system
	@SOAK=$${SOAK:-20} $(BIN)/python -m pytest -m "long or proof or last" --timeout 7200

chaos: .venv/development ## everything breaks on one running stack, and heals; alerts come and go (SEED=1, SCENES="month_end ...")
	@$(BIN)/python -W ignore -m tests.chaos $(SCENES)

restore-drill: .venv/development ## both databases backed up and restored at every two moments of a day, and gone on with
	@SOAK=$${SOAK:-20} $(BIN)/python -m pytest tests/soak/test_restore_drill.py --timeout 7200

compose-test: .venv/development ## the Docker stack, for real, with a container killed in the middle (PROFILES=celery or local)
	@$(BIN)/python -m tests.compose $(PROFILES)

.env: ## the environment and the secrets of docker-compose.yml (PROFILES="demo celery tls=tv.isp.example" as wanted)
	@$(PYTHON) -m include.local.dotenv $(PROFILES)

bench: .venv/development ## speeds as ratios against floors, one JSON object a line (ROWS=1000000 for the goals' size)
	@$(BIN)/python -W ignore -m tests.bench

plot: .venv/development ## draw docs/speed.svg from docs/bench.jsonl, what `make bench ROWS=1000000` printed
	@$(BIN)/python -m tests.bench.plot docs/bench.jsonl docs/speed.svg

plans: .venv/development ## write docs/plans.md: how PostgreSQL runs the pages' queries (ROWS=1000000)
	@PLANS=docs/plans.md $(BIN)/python -W ignore -m tests.bench screens

# Where chromium-l10n is missing, the date fields of the pictures are in English.
pictures: .venv/development ## draw docs/screens/*.png, what the screens look like in a real Chromium, by their tests
	@PICTURES=docs/screens $(BIN)/python -m pytest tests/e2e/test_screens_*.py

scaling: .venv/development ## play a month of ISPs of several sizes with the numbers of docs/bench.jsonl
	@$(BIN)/python -m tests.bench.scaling

lint: .venv/development ## everything that is checked without running
	@$(MAKE) --no-print-directory --jobs 2 lint-types lint-sql lint-code

lint-types: .venv/development
	@$(BIN)/mypy

lint-sql: .venv/development
	@$(BIN)/sqlfluff lint --processes 2 include/sql include/local

# What the images run imports nothing that they do not get, and the local runner nothing that only checks.
DEPTRY := $(BIN)/deptry --config tests/lint/deptry.toml
lint-code: .venv/development
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(DEPTRY) plugins dags include/sandbox --requirements-files requirements.in
	@$(DEPTRY) include --ignore DEP002 --requirements-files requirements.in,requirements-local.in
	@$(DEPTRY) plugins dags include tests --requirements-files requirements.in,requirements-local.in,requirements-dev.in
	@$(BIN)/python -m tests.lint.unused_files
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml docker-compose.dev.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

format: .venv/development ## let the formatters have their way
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix include/sql include/local

# Each lock keeps to those before it, so that all three fit in one environment.
LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
lock: .venv/bin/uv ## resolve requirements*.in anew for Python 3.11 to 3.13
	@$(LOCK) -o requirements.txt requirements.in
	@$(LOCK) -c requirements.txt -o requirements-local.txt requirements-local.in
	@$(LOCK) -c requirements.txt -c requirements-local.txt -o requirements-dev.txt requirements-dev.in

package: .venv/bin/uv ## build dist/multitv-*.whl, which brings the SQL with it, to install into an Airflow that runs already
	@$(BIN)/uv build

clean: ## remove the virtual environment and the local state (stop `make run` first)
	@rm -rf .venv .local

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else f"Python 3.11 to 3.13 is needed, {sys.executable} is {v[0]}.{v[1]}; try make PYTHON=/path/to/python3.12")'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'

INSTALL := VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes --compile-bytecode

.venv/runtime: requirements.txt requirements-local.txt .venv/bin/uv
	@echo "Installing what runs (requirements.txt, requirements-local.txt) into .venv ..."
	@$(INSTALL) -r requirements.txt -r requirements-local.txt
	@touch $@

.venv/development: requirements-dev.txt .venv/runtime
	@echo "Installing what checks (requirements-dev.txt) into .venv ..."
	@$(INSTALL) -r requirements-dev.txt
	@touch $@
