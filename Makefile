.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

UV_VERSION := 0.13.9
BIN := .venv/bin
READY := .venv/ready

.PHONY: demo up quick test check containers bench soak mutate conformance publish lock clean help

demo: $(READY)  ## play the main job on real input, then check the books (about a minute and a half on two cores)
	$(BIN)/linzhang demo

up: $(READY)  ## run the whole system here with the Jingdezhen sample, until Ctrl-C
	$(BIN)/linzhang up --sample

check: $(READY)  ## style, types, who may import whom, the published contracts, and whether the release before lives with the migrations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m contracts.publishing --check
	$(BIN)/python -m services.cases.page --check
	$(BIN)/python -m services.patrol.page --check
	$(BIN)/python -m services.roster.page --check
	$(BIN)/python docs/house.py --check
	$(BIN)/python -m deploy.observe.draw --check
	$(BIN)/python -m tests.migrations --check

quick: $(READY)  ## the tests that ask no server and are soon done (about twenty seconds)
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -m "not served and not slow"

# How many workers run files side by side; with none, one after the other.
JOBS ?= 0
test: check  ## everything above, then every test against real servers; JOBS=3 runs files side by side
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

containers: $(READY)  ## build the images and run the system by compose: kills, upgrade, loss; as root, starts an engine of its own
	LINZHANG_CONTAINERS=1 $(BIN)/pytest -s tests/containers

bench: $(READY)  ## measure speed and size (about twenty minutes on two cores); writes tests/bench/latest.json
	$(BIN)/python -m tests.bench

conformance: $(READY)  ## check one service that runs on a bus: SERVICE=notify BUS=nats://host:4222 PASSWORDS=file.json
	LINZHANG_CONFORMANCE_SERVICE=$(SERVICE) LINZHANG_CONFORMANCE_BUS=$(BUS) LINZHANG_CONFORMANCE_PASSWORDS=$(PASSWORDS) \
		$(BIN)/pytest tests/conformance/test_conformance.py

MINUTES ?= 10
ROUNDS ?= 3
soak: $(READY)  ## break everything for MINUTES=10 under load, then as long with the processors taken by others, then go to this release and back ROUNDS=3 times; nothing may be lost; then lose the bus, the database, and both
	$(BIN)/python -m tests.faults --minutes $(MINUTES)
	$(BIN)/python -m tests.faults --minutes $(MINUTES) --busy
	$(BIN)/python -m tests.faults.drills
	$(BIN)/python -m tests.faults.upgrades --rounds $(ROUNDS)

mutate: $(READY)  ## plant small faults one at a time and see which no test notices: FAULTS="rules --sample 100"
	$(BIN)/python -m tests.mutation $(FAULTS)

publish: $(READY)  ## write contracts/published and the generated pages of docs anew
	$(BIN)/python -m contracts.publishing
	$(BIN)/python -m services.cases.page
	$(BIN)/python -m services.patrol.page
	$(BIN)/python -m services.roster.page
	$(BIN)/python docs/house.py
	$(BIN)/python -m deploy.observe.draw

lock: $(READY)  ## choose versions again: hashes, no addresses
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		--group dev pyproject.toml --upgrade --quiet -o requirements.lock
	! grep -n "://" requirements.lock

clean:  ## take away what was installed and what tools have cached
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache *.egg-info

help:
	@sed -nE 's/^([a-z]+):.*##  ?(.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

$(READY): requirements.lock pyproject.toml
	test -x $(BIN)/python || python3 -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@
