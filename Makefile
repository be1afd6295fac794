# Every target is one line in `make help`. Set PORT (default 8000) and SIXCLEAR_HOME (default .sixclear) to change
# the port and the data folder; PYTHON to choose an interpreter.
SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
export PORT ?= 8000
export SIXCLEAR_HOME ?= .sixclear

# The first interpreter that is new enough; else python3, which the set-up script refuses with a way out.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && exit; done; echo python3)

RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
BENCH_STAMP := $(VENV)/.installed-bench

EXAMPLES := $(wildcard tests/contract/*/test_*_http_examples.py) tests/integration/monitoring/test_http_examples.py

.PHONY: help run test test-long bench check cluster live fmt lock contracts examples words measure compare-contracts new-entity new-service clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1@\2/p' Makefile | awk -F@ '{printf "%-16s %s\n", $$1, $$2}'

run: $(RUN_STAMP) ## start everything in one process, with the demo on first start
	@exec $(BIN)/sixclear run

test: $(DEV_STAMP) ## run all tests but the long ones, lane by lane; what they need is installed first
	@$(BIN)/python tests/lanes.py $(ARGS)

test-long: $(DEV_STAMP) ## run what is marked `long`: many seeds, many fuzz cases; takes half an hour
	@$(BIN)/python tests/lanes.py long $(ARGS)

bench: $(BENCH_STAMP) ## measure the goals side by side with peers, under an hour; one part: ONLY=ingest
	@$(BIN)/python -W ignore -m tests.benchmarks $(ONLY) $(ARGS)

check: $(DEV_STAMP) ## lint, format, types, layers, contract drift, service shape, docs, deployment
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy libs launcher services tests
	@$(BIN)/lint-imports
	@$(BIN)/python -m sixclear.launcher.contracts --check
	@$(BIN)/python launcher/breaking_changes.py
	@$(BIN)/python launcher/lint_contracts.py
	@$(BIN)/python -m pytest -q tests/contract/test_service_shape.py tests/contract/test_layers.py tests/contract/test_docs.py tests/contract/test_deploy.py tests/contract/test_registry.py

cluster: $(DEV_STAMP) ## the same product with Apache Kafka and one process per service
	@exec $(BIN)/sixclear cluster

live: $(RUN_STAMP) ## post as ministries for a minute, so that figures move
	@exec $(BIN)/sixclear demo live

contracts: $(RUN_STAMP) ## write OpenAPI, AsyncAPI, the references of settings and of problems again
	@$(BIN)/python -m sixclear.launcher.contracts

examples: $(DEV_STAMP) ## send the stories again and write what each operation asks and answers
	@WRITE_EXAMPLES=1 $(BIN)/python -m pytest -q -n 0 $(EXAMPLES)
	@$(BIN)/python -m sixclear.launcher.contracts

words: $(DEV_STAMP) ## bring new texts of the pages into the catalogues of translations
	@$(BIN)/python launcher/words.py

measure: ## what a change touches, sizes, circles; FIELD and KIND name others
	@"$(PYTHON)" launcher/measure.py $(if $(FIELD),--field $(FIELD)) $(if $(KIND),--kind $(KIND))

compare-contracts: $(RUN_STAMP) ## what breaks clients of the last release and is not declared; with BASE, every difference
	@$(BIN)/python $(if $(BASE),launcher/compare_contracts.py $(BASE),launcher/breaking_changes.py)

new-entity: $(DEV_STAMP) ## write a new entity NAME of SERVICE: its folder, migration, examples
	@$(BIN)/python launcher/new.py entity "$(SERVICE)" "$(NAME)"

new-service: $(DEV_STAMP) ## write a new service NAME with its first ENTITY, entered in every register
	@$(BIN)/python launcher/new.py service "$(NAME)" $(if $(ENTITY),--entity "$(ENTITY)")

fmt: $(DEV_STAMP) ## format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(RUN_STAMP) ## resolve the dependencies again, with hashes and without index addresses
	@$(BIN)/python launcher/lock.py

clean: ## remove the virtual environment and caches; data stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache tools/contracts/node_modules

$(RUN_STAMP): requirements.lock pyproject.toml launcher/set_up.py
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
		echo "Python is missing: install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.11 run" >&2; exit 1; }
	@"$(PYTHON)" launcher/set_up.py $(VENV) requirements.lock
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(RUN_STAMP)
	@"$(PYTHON)" launcher/set_up.py $(VENV) requirements-dev.lock
	@touch $@

$(BENCH_STAMP): requirements-bench.lock $(DEV_STAMP)
	@"$(PYTHON)" launcher/set_up.py $(VENV) requirements-bench.lock
	@touch $@
