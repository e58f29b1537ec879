# The project's commands. `make setup` does nothing if the stamp is newer than the lock files.
.DELETE_ON_ERROR:
.PHONY: setup demo test lint pytest test-matrix torture fuzz lock pocket schemas emoji-font evaluate gallery bench simulation quality priors showcase screenshots clean help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8080
POCKET_CACHE ?= $(HOME)/.cache/guided-imagine/pocket

help:            ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: $(STAMP)  ## install the locked packages into .venv, if they changed

$(STAMP): requirements.lock requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: setup      ## run the bot in a local Discord, at http://127.0.0.1:8080
	$(BIN)/python -m bot sandbox --port $(PORT)

test: lint pytest  ## run lint and pytest

lint: setup      ## check style, types and the Dockerfile
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile

pytest: setup    ## run the tests, except those of `make torture`
	$(BIN)/python -m pytest

test-matrix: setup  ## run tests/guidance as on other processors and on a busy machine (about 10 minutes)
	$(BIN)/python -m tests.matrix

torture: setup   ## inject every kind of fault (SEED=N repeats a run), and run the tests that take minutes (about 35 minutes)
	$(BIN)/python -m tests.torture $(if $(SEED),--seed $(SEED))
	$(BIN)/python -m pytest -m torture -n 0 -vv --durations=0

fuzz: setup      ## fuzz the prompt parser and the image reader, ten minutes each, if atheris is installed
	$(BIN)/python -m tests.hostile.fuzz prompt -max_total_time=600
	$(BIN)/python -m tests.hostile.fuzz picture -max_total_time=600

lock:            ## update the lock files from pyproject.toml; needs uv
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header -o requirements.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header -c requirements.lock --extra diffusers -o requirements-diffusers.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header -c requirements-diffusers.lock --extra dev -o requirements-dev.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header -c requirements.lock --extra ray -o requirements-ray.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header -c requirements-dev.lock --extra pocket -o requirements-pocket.lock pyproject.toml

schemas:         ## renew the description of Discord's API that the sandbox is checked against; needs npm
	npm install --prefix build/schemas --no-save --no-package-lock --ignore-scripts --silent discord-api-spec@10.0.266135 zod@4.6.7 discord-api-types@0.38.57 ts-json-schema-generator@2.4.0 typescript@5.9.3
	cp tests/sandbox/schemas/make.mjs build/schemas && node build/schemas/make.mjs tests/sandbox/schemas

emoji-font:      ## renew the emoji font of the sandbox's page; needs npm
	npm install --prefix build/emoji-font --no-save --no-package-lock --ignore-scripts --silent twemoji-colr-font@15.0.3
	test -x build/emoji-font/bin/python || $(PYTHON) -m venv build/emoji-font
	build/emoji-font/bin/python -m pip install --quiet --disable-pip-version-check fonttools==4.68.0 brotli==1.2.1
	build/emoji-font/bin/python -m tools.emoji_font build/emoji-font/node_modules/twemoji-colr-font/twemoji.woff2 bot/sandbox/static/emoji.woff2

evaluate: setup  ## let classifiers judge the pocket model's pictures (about an hour)
	$(BIN)/python -m tools.pocket.evaluate

gallery: setup   ## render the README's pictures
	$(BIN)/python -m tools.pocket.gallery

bench: setup     ## measure the engine's speed and the bot's event-loop lag (about 10 minutes)
	$(BIN)/python -m tools.bench
	$(BIN)/python -m tools.bench.devices
	$(BIN)/python -m tests.e2e.loop_lag

simulation: setup  ## simulate an evening of a large community with 1, 4 and 16 GPUs (about 5 minutes)
	$(BIN)/python -m tools.simulation

priors: setup    ## measure the effect of each prior (about 25 minutes)
	$(BIN)/python -m tools.bench.priors

showcase: setup  ## render the pictures of docs/guidance.md
	$(BIN)/python -m tools.bench.showcase

quality: setup   ## compare quality per second with other methods (about 30 minutes); writes docs/quality.png
	$(BIN)/python -m tools.bench.quality

pocket: requirements-pocket.lock  ## build the pocket model (hours; needs PHOTOS=folder of photographs, and Debian's wordnet-base, fonts-noto-color-emoji and unicode-data)
	@test -n "$(PHOTOS)" || { echo "set PHOTOS to a folder of photographs (JPEG, PNG, or photos.bin with offsets.npy)"; exit 1; }
	test -x build/pocket/bin/python || $(PYTHON) -m venv build/pocket
	build/pocket/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-pocket.lock
	build/pocket/bin/python -m tools.pocket.building --photos "$(PHOTOS)" --cache "$(POCKET_CACHE)"
	build/pocket/bin/python -m tools.pocket.building.looks --photos "$(PHOTOS)"
	build/pocket/bin/python -m tools.pocket.building.redraw --photos "$(PHOTOS)" --cache "$(POCKET_CACHE)"

screenshots: setup  ## take the screenshots in docs/screens (about 5 minutes; needs Chromium)
	$(BIN)/python -m tests.e2e.screens docs/screens

clean:           ## delete the environment and all caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
