.DEFAULT_GOAL := help
.PHONY: help run test test-tiers test-all test-nightly soak clients check schema schema-diff load token key verify synth diff deploy destroy e2e bench lock clean

PYTHON := .venv/bin/python
RUN_PACKAGES := .venv/run.ready
TEST_PACKAGES := .venv/test.ready
SYNTH_PACKAGES := .venv/synth.ready
ALL_PACKAGES := .venv/all.ready

help: ## lists the commands
	@grep -E '^[a-z][a-z0-9-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

# A set of packages is installed when a verb needs it. The larger sets contain the smaller ones, so they complete those too.
SETS_IN_test := run
SETS_IN_all := run test synth
.venv/%.ready: requirements/%.txt
	@python3 -m tools.install .venv $<
	@touch $(patsubst %,.venv/%.ready,$* $(SETS_IN_$*))

run: $(RUN_PACKAGES) ## starts the local server: GraphQL, REST, GraphiQL and DynamoDB on one port (PORT=8000 DATA=folder TLS=1 CACHE=0 DYNAMODB_ENDPOINT=url ORIGINS=url HOSTS=name)
	@$(PYTHON) -m local.server

test: $(TEST_PACKAGES) ## the core of the specification: neither npm nor a process of ours, in minutes
	$(PYTHON) -m pytest

TIERS := process soak cloud node
empty :=
ANY_TIER := $(subst $(empty) $(empty), or ,$(TIERS))

test-tiers: $(ALL_PACKAGES) ## what `make test` leaves out: processes, long programs, what is deployed, what needs Node.js
	$(PYTHON) -m pytest -m "$(ANY_TIER)"

test-all: test test-tiers ## the whole specification

test-nightly: $(ALL_PACKAGES) ## the whole specification, its property-based tests with many new examples each time
	HYPOTHESIS_PROFILE=nightly $(PYTHON) -m pytest -m ""

soak: $(TEST_PACKAGES) ## the long programs at their full length
	SOAK=full $(PYTHON) -m pytest -m soak

clients: $(TEST_PACKAGES) ## runs real clients against the local server over TLS (needs Node.js)
	$(PYTHON) -m pytest -m node tests/clients

check: $(ALL_PACKAGES) ## style, types, names and the import contracts
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	@$(PYTHON) -m tools.names

schema: $(RUN_PACKAGES) ## writes schema.graphql and contracts/ from the records, the keys and the wiring
	$(PYTHON) -m local.schema.compiler

# It signs the certificate of `make run TLS=1`.
AUTHORITY = $(wildcard .cache/tls/ca.pem)

schema-diff: $(RUN_PACKAGES) ## reports what a change does to released apps (BASE=main HEAD=next: revision, file or URL; FORMAT=markdown=diff.md)
	$(if $(HEAD),$(if $(BASE),,$(error HEAD needs a BASE)))@$(if $(AUTHORITY),CA_FILE=$(AUTHORITY)) $(PYTHON) -m schema_diff \
		$(FORMAT:%=--as "%") -- $(if $(BASE),"$(BASE)") $(if $(HEAD),"$(HEAD)") \
		|| { status=$$?; echo "schema-diff ended with $$status (1: a change breaks apps, 2: it could not run)" >&2; exit $$status; }

# The value that a variable has on make's command line: a shell sets USER and GROUPS for itself, Gentoo's tools USE.
argument = $(if $(filter command,$(origin $1)),$($1))

load: $(RUN_PACKAGES) ## imports sales from a CSV file into the table (FILE=sales.csv, and DATA=folder or PORT of a running server)
	@$(PYTHON) -m local.cli.load $(if $(FILE),"$(FILE)")

token: $(RUN_PACKAGES) ## prints a token of the running server (USER=ada GROUPS=admins KIND=oidc USE=access PORT=8000)
	@$(PYTHON) -m local.cli.token $(if $(call argument,USER),--user "$(USER)") --groups "$(call argument,GROUPS)" \
		--kind "$(KIND)" --use "$(call argument,USE)"

key: $(RUN_PACKAGES) ## prints an API key of the running server (PLAN=government PORT=8000)
	@$(PYTHON) -m local.cli.api_key --plan "$(PLAN)"

verify: $(RUN_PACKAGES) ## checks the table for contradictions (REPAIR=1 repairs them; DATA=folder, PORT of a running server, or TABLE=name AWS_REGION=region in AWS, where YES=1 confirms a repair)
	@$(PYTHON) -m local.cli.verify --repair="$(REPAIR)" --table="$(TABLE)" --yes="$(YES)"

.PHONY: probe
probe: $(RUN_PACKAGES) ## compares an API's responses with the local server's (ENDPOINT=url TOKEN=… OUT=folder WAIT=130 TLS=1 CA_FILE=ca.pem)
	@$(if $(filter-out 0,$(TLS)),CA_FILE=.cache/tls/ca.pem )$(PYTHON) -m conformance

# Tools whose own pins would hold back ours, each in an environment of its own.
.cache/%/.ready: infra/tools/%.txt
	@python3 -m tools.install .cache/$* $<
	@touch $@

.PHONY: scan
scan: $(ALL_PACKAGES) .cache/scan/.ready .cache/checkov/.ready ## looks for holes and secrets in code, packages and templates (ALL=1: what cannot run fails)
	@$(PYTHON) -m infra.scan

STAGE ?= dev
APPROVAL ?= any-change
CDK = infra/node_modules/.bin/cdk --app cdk.out/$(STAGE)

infra/node_modules: infra/package-lock.json
	cd infra && npm ci --silent
	@touch $@

synth: $(SYNTH_PACKAGES) ## the template of a stage in cdk.out, checked; no AWS account (STAGE=dev)
	@STAGE=$(STAGE) $(PYTHON) -m infra.app

diff: synth infra/node_modules ## what a deployment of a stage would change (STAGE=dev)
	$(CDK) diff

deploy: synth infra/node_modules ## deploys a stage, and writes amplify_outputs.json for apps (STAGE=dev)
	$(CDK) deploy --require-approval $(APPROVAL) --outputs-file cdk.out/$(STAGE)/outputs.json
	@$(PYTHON) -m infra.outputs cdk.out/$(STAGE)/outputs.json amplify_outputs.json

destroy: synth infra/node_modules ## removes a stage; prod keeps its table and its users (STAGE=dev)
	$(CDK) destroy

e2e: $(ALL_PACKAGES) infra/node_modules .cache/ministack/.ready ## deploys a stage to an AWS emulator on this machine (MiniStack) and tests it
	$(PYTHON) -m pytest tests/e2e --numprocesses 0

bench: $(ALL_PACKAGES) ## what is fast and by how much, as ratios (BENCH_SECONDS=60 of subscribers who come and go)
	@$(PYTHON) -m tests.bench

.PHONY: coverage
coverage: $(TEST_PACKAGES) ## branch coverage of data and resolvers by their own tests; fails below 100 %
	$(PYTHON) -m coverage run -m pytest -m "" --numprocesses 0 tests/data tests/resolvers
	$(PYTHON) -m coverage report

.PHONY: release
release: $(ALL_PACKAGES) ## dates the changelog, sets the version and commits, if all checks pass (VERSION=1.2.0, TAG=1 creates the tag)
	@$(PYTHON) -m tools.release $(if $(TAG),--tag) -- "$(VERSION)"

LOCK := uv pip compile --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"
UNIVERSAL := $(LOCK) --universal --python-version 3.11
RUNTIME := boto3 botocore jmespath python-dateutil s3transfer six urllib3

lock: ## pins and hashes the requirements anew from pyproject.toml (needs uv)
	$(UNIVERSAL) pyproject.toml --group local --group infra --group test --group dev --output-file requirements/all.txt
	$(UNIVERSAL) pyproject.toml --group local --constraint requirements/all.txt --output-file requirements/run.txt
	$(UNIVERSAL) pyproject.toml --group local --group test --constraint requirements/all.txt --output-file requirements/test.txt
	$(UNIVERSAL) pyproject.toml --group infra --constraint requirements/all.txt --output-file requirements/synth.txt
	$(LOCK) pyproject.toml --group layer --constraint requirements/all.txt --python-version 3.13 --python-platform aarch64-manylinux_2_28 \
		$(RUNTIME:%=--no-emit-package %) --output-file infra/layer.txt
	$(LOCK) pyproject.toml --group authorizer --constraint requirements/all.txt --python-version 3.13 --python-platform aarch64-manylinux_2_28 \
		$(patsubst %,--no-emit-package %,$(RUNTIME) aws-lambda-powertools typing-extensions) --output-file infra/authorizer.txt
	for tool in scan checkov ministack; do $(UNIVERSAL) --group $$tool --output-file infra/tools/$$tool.txt; done

clean: ## removes what the verbs made: environment, engine, caches
	rm -rf .venv .cache cdk.out infra/node_modules tests/infra/handlers/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis local/ui/static/graphiql/node_modules \
		local/ui/static/swagger/node_modules tests/clients/node_modules tests/clients/generated \
		tests/schema_diff/inspector/node_modules
