# Lanterne: `make run` for a new user, `make test` for a new contributor. Each sets up all that it needs.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
WEB_SOURCES := $(shell find static -type f -not -path 'static/node_modules/*' -not -path 'static/dist/*' \
	-not -path 'static/test/*' 2>/dev/null)

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run test check bench format lock clean help
.DEFAULT_GOAL := help

help: ## Show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(STAMPS)/installed ## Make a demo vault, once, and serve it
	@exec $(BIN)/lanterne demo

test: $(STAMPS)/installed $(STAMPS)/dev ## Run the whole suite
	@sh scripts/test-packages.sh
	$(BIN)/python scripts/web.py test
	LANTERNE_DISCOVERY=off $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

check: $(STAMPS)/installed $(STAMPS)/dev ## Lint, types, import layers, front-end
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/web.py check

bench: $(STAMPS)/installed $(STAMPS)/dev ## Measure, and write docs/performance.md
	LANTERNE_DISCOVERY=off $(BIN)/python -m bench

format: $(STAMPS)/dev ## Put the code in its standard form
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

lock: $(STAMPS)/dev ## Resolve the dependencies anew
	$(BIN)/python scripts/lock.py

clean: ## Remove what was built, and the demo; nothing of yours
	rm -rf $(VENV) .demo static/dist static/node_modules

$(STAMPS)/venv:
	@sh scripts/make-venv.sh "$(PYTHON)" $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/runtime: requirements.txt requirements-build.txt | $(STAMPS)/venv
	$(BIN)/pip install --quiet --require-hashes -r requirements.txt -r requirements-build.txt
	@touch $@

$(STAMPS)/installed: pyproject.toml hatch_build.py $(WEB_SOURCES) $(STAMPS)/runtime
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: requirements-dev.txt | $(STAMPS)/venv
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
