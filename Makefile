# The two commands of the README are `make demo` and `make test`.
GO            ?= go
GOLANGCI      := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.12.2
VERSION       ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
BUILD         := $(GO) build -trimpath -ldflags "-s -w -X suqiu/cli.version=$(VERSION)"

.PHONY: build demo test race lint fuzz chaos chaos-reclassify chaos-real throughput rights e2e e2e-servers e2e-alerts bench fmt

build: ## the binary, ./bin/suqiu
	$(BUILD) -o bin/suqiu .

demo: build ## eight weeks of calls through the embedded engines, searched and checked
	./bin/suqiu demo

test: ## unit and integration tests on the embedded engines
	$(GO) test -timeout 20m ./...
	cd deploy && $(GO) test ./...

# Not raced: the scripts, whose every command is a process of its own; whole invented hotlines analysed, histories lived through
# by one watcher after the other, and long comparisons with gse and of rule sets, each in one goroutine; and the packages of pure
# functions that only compute.
UNRACED       := ^Test(Scripts|Gold|EmergingInSample|PlantedProblemsBecomeIncidents|ReportsEqualTruth|DisturbedWatchers|EffectOfSimulatedMeasures|CutEqualsGse|WordsAreGse|ChangedLabels|Effects|SharedStore)$$|^TestBacktestEqualsWatch$$/^TakingTurns$$
COMPUTING     := suqiu/(trend(/.*)?|phrase|remedy/(owner|report|worklist)|classify/(corpus|draft|entity|evaluate|quantity)|calendar)$$

race: ## the same under the race detector, but for what has nothing to race
	$(GO) test -race -timeout 30m -skip '$(UNRACED)' $$($(GO) list ./... | grep -vE '^$(COMPUTING)')

lint: ## vet and golangci-lint, its version pinned above
	$(GO) vet ./...
	$(GO) vet -tags e2e,long ./...
	$(GO) run $(GOLANGCI) run ./...
	cd deploy && $(GO) vet -tags e2e ./...

fuzz: ## every fuzzer for FUZZTIME
	./e2e/fuzz.sh $(or $(FUZZTIME),30s)

e2e: ## against the real Elasticsearch and Kafka (needs Java 17 and Maven); the alerts mostly wait, so both go at once
	$(MAKE) --no-print-directory -j2 -Otarget e2e-servers e2e-alerts

e2e-servers:
	$(GO) test -tags e2e -count=1 -timeout 20m -parallel 4 ./e2e/...

e2e-alerts:
	cd deploy && $(GO) test -tags e2e -count=1 -timeout 20m -parallel 8 -run E2E .

chaos: build ## kill -9, store and broker faults over a million calls
	CHAOS_CALLS=$(or $(CHAOS_CALLS),1000000) $(GO) test -tags e2e -count=1 -timeout 80m -v -run TestChaos ./e2e/...

chaos-reclassify: build ## reclassifying a million stored calls beside the stream, ten kills (needs Java 17)
	RECLASSIFY_CALLS=$(or $(RECLASSIFY_CALLS),1000000) $(GO) test -tags e2e -count=1 -timeout 150m -v -run TestReclassifyChaos ./e2e

chaos-real: build ## fifty faults of the real Kafka and Elasticsearch over a million calls (needs Java 17 and Maven)
	CHAOS_CALLS=$(or $(CHAOS_CALLS),1000000) $(GO) test -tags e2e,long -count=1 -timeout 80m -v -run TestRealChaos ./e2e

throughput: ## suqiu consume beside a plain copy loop, five runs each (needs Java 17 and Maven)
	$(GO) test -tags e2e,long -count=1 -timeout 40m -v -run TestThroughput ./e2e

rights: ## each right of the operator's guide taken away on the real Kafka and Elasticsearch (needs Java 17 and Maven)
	$(GO) test -tags e2e,long -count=1 -timeout 20m -v -run TestGuideRights ./e2e

bench: ## the benchmarks of docs/benchmarks.md
	$(GO) test -run '^$$' -bench . -benchmem ./...

fmt:
	gofmt -w .
