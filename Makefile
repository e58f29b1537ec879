# One place for every command. `make setup` is idempotent: it does nothing while the stamps are newer than the locks.
.DELETE_ON_ERROR:
.PHONY: setup demo test lint pytest test-matrix torture lock pocket emoji evaluate gallery bench quality priors showcase screenshots clean help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8080

help:            ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: $(STAMP)  ## build .venv from the locks; does nothing when it is current

$(STAMP): requirements.lock requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: setup      ## a loopback Discord with the bot in it, at http://127.0.0.1:8080
	$(BIN)/python -m bot sandbox --port $(PORT)

test: lint pytest  ## every check

lint: setup      ## style, types, the Dockerfile
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile

pytest: setup
	$(BIN)/python -m pytest

test-matrix: setup  ## the guidance suite as on other processors and on a busy machine (about 10 minutes)
	$(BIN)/python -m tests.matrix

torture: setup   ## the tests that take minutes, each with its time
	$(BIN)/python -m pytest -m torture -n 0 -vv --durations=0

lock:            ## resolve pyproject.toml again; needs uv
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header -o requirements.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header -c requirements.lock --extra dev -o requirements-dev.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header -c requirements-dev.lock --extra pocket -o requirements-pocket.lock pyproject.toml

emoji:           ## emoji with their labels, which "make evaluate" asks for; needs npm
	npm install --prefix build/emoji --no-save --no-package-lock --ignore-scripts --silent @twemoji/svg@15.0.0 emojibase-data@17.0.0

evaluate: setup emoji  ## what the pocket CLIP can do, judged (about 75 minutes; needs Debian's openclipart-svg)
	$(BIN)/python -m tools.pocket.evaluate

gallery: setup   ## make the README's pictures anew
	$(BIN)/python -m tools.pocket.gallery

bench: setup     ## the engine's speed against the limit that its models set, and how late the bot answers (about 10 minutes)
	$(BIN)/python -m tools.bench
	$(BIN)/python -m tests.e2e.loop_lag

priors: setup    ## what the priors do, measured (about 25 minutes)
	$(BIN)/python -m tools.bench.priors

showcase: setup  ## make the pictures of docs/guidance.md anew
	$(BIN)/python -m tools.bench.showcase

quality: setup   ## what a second buys, beside other recipes (about 30 minutes); draws docs/quality.png
	$(BIN)/python -m tools.bench.quality

pocket: requirements-pocket.lock  ## build the pocket CLIP anew (25 minutes or more; needs Debian's wordnet-base and openclipart-svg)
	test -x build/pocket/bin/python || $(PYTHON) -m venv build/pocket
	build/pocket/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-pocket.lock
	build/pocket/bin/python -m tools.pocket.building

screenshots: setup  ## make the pictures of docs/screens anew (about 5 minutes; needs Chromium)
	$(BIN)/python -m tests.e2e.screens docs/screens

clean:           ## remove the environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
