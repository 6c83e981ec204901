# Sallyport: `make help` lists what there is to make. Go and Node are all that has to be there before.

SHELL := /bin/sh
.DEFAULT_GOAL := help
# The build does not ask git: a checkout may belong to another user, or be no checkout at all.
export GOFLAGS := $(GOFLAGS) -buildvcs=false

NODE_MODULES := web/node_modules/.package-lock.json
PAGE := web/dist/index.html
PAGE_SOURCES := $(shell find web/src web/public web/scripts -type f ! -name '*.test.*' 2>/dev/null) \
	$(wildcard web/index.html web/vite.config.ts web/tsconfig.json web/package.json)

.PHONY: help run build test test-go test-web test-e2e lint generate peers bench clean FORCE

help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

run: build ## build everything and start the demo company, on http://127.0.0.1:8080 or the next free port
	@scripts/run.sh

build: bin/sallyport ## leave bin/sallyport: one static binary with the page inside

bin/sallyport: $(PAGE) FORCE
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o bin/sallyport ./cmd/sallyport

$(PAGE): $(NODE_MODULES) $(PAGE_SOURCES)
	cd web && npm run build
	@touch $@

$(NODE_MODULES): web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

# The harness itself is built first, so that the last line of a run is its verdict.
.tools/bin/peers: FORCE
	@go build -o $@ ./cmd/peers
.tools/bin/check: FORCE
	@go build -o $@ ./scripts/test

test: ## everything: checks, Go tests on both databases, the page's tests, a real browser
	@scripts/packages.sh
	@$(MAKE) --no-print-directory .tools/bin/peers .tools/bin/check
	@.tools/bin/peers -run .tools/bin/check

test-go: ## the Go tests with the race detector, on SQLite and PostgreSQL; RUN=regexp picks some
	@scripts/packages.sh go
	@$(MAKE) --no-print-directory .tools/bin/peers .tools/bin/check
	@.tools/bin/peers -run ".tools/bin/check -only go -run '$(RUN)'"

test-web: .tools/bin/check ## the page's checks, unit tests and build
	@.tools/bin/check -only web

test-e2e: .tools/bin/check ## the page in a real browser against the real binary
	@scripts/packages.sh web
	@.tools/bin/check -only e2e

lint: .tools/bin/check ## gofmt, vet, staticcheck, the import rules, biome, tsc
	@.tools/bin/check -only lint

generate: $(NODE_MODULES) ## write web/openapi.json and the page's types from the Go types
	@mkdir -p .tools
	go run ./cmd/sallyport openapi > .tools/openapi.json
	mv .tools/openapi.json web/openapi.json
	cd web && npm run api

peers: .tools/bin/peers ## start PostgreSQL, OpenLDAP, mailpit and dex, print their addresses; Ctrl-C stops them
	@scripts/packages.sh go
	@.tools/bin/peers

.tools/bin/bench: FORCE
	@go build -o $@ ./bench

bench: bin/sallyport .tools/bin/peers .tools/bin/bench ## measure with a company of 10,000 people behind it; SIZE=10: ten times that, on PostgreSQL, which has BUFFERS=4GB
	@scripts/packages.sh go
	@SALLYPORT_PEERS_BUFFERS=$(or $(BUFFERS),4GB) .tools/bin/peers -run ".tools/bin/bench -size $(or $(SIZE),1) $(ARGS)"

clean: ## remove what was built; the demo's data in data/ stays
	rm -rf bin .tools web/node_modules web/test-results web/playwright-report
	find web/dist -mindepth 1 ! -name .gitkeep -delete
