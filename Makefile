# Executable documentation: `make help` lists what there is to do.
.DEFAULT_GOAL := help
SHELL := bash
PY := .venv/bin/python
ARGS ?=
export PYTHONWARNINGS ?= ignore::RuntimeWarning

.PHONY: help
help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: install
install: ## create .venv from the locks (nothing to do when they did not change)
	@requirements/setup.sh

.PHONY: demo
demo: install ## the whole product on this machine: plan, generate, audit, place, rank (ARGS=--exit ends by itself)
	@$(PY) manage.py demo $(ARGS)

.PHONY: test
test: install system ## lint and the whole suite, on the real database, broker, ffmpeg and browser
	@$(MAKE) --no-print-directory lint
	@OMP_NUM_THREADS=1 $(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: lint
lint: ## formatting, rules, types, import contracts, sizes, migrations
	@$(PY) -m ruff format --check . && $(PY) -m ruff check .
	@$(PY) tools/sizes.py
	@.venv/bin/lint-imports --no-cache | tail -n 20
	@$(PY) -m mypy .
	@$(PY) manage.py makemigrations --check --dry-run 2>/dev/null || { echo "A model changed without its migration."; exit 1; }

.PHONY: format
format: ## let the formatter write
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .

.PHONY: system
system: ## what tests need from the system: Chromium (through apt, where that is allowed)
	@tools/system.sh

.PHONY: story
story: install ## one page: simulated shoppers, four generations, audit and feedback on and off
	@$(PY) benchmarks/story_films.py
	@$(PY) benchmarks/story.py $(ARGS)

.PHONY: serve
serve: install ## the dashboard and its workers on the data of the last demo
	@$(PY) manage.py demo --serve-only

.PHONY: lock
lock: ## resolve requirements/*.in into hashed locks
	@$(PY) -m uv pip compile requirements/code.in --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links -q --custom-compile-command "make lock" -o requirements/code.lock
	@$(PY) -m uv pip compile requirements/assets.in --no-deps --python-version 3.11 --generate-hashes --no-emit-index-url -q --custom-compile-command "make lock" -o requirements/assets.lock
