#!/usr/bin/env bash
# Runs every fuzzer of the repository for the time given (default 30s), one after the other. `go test -fuzz` takes one
# fuzzer of one package at a time, so they are listed first.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-30s}
go list ./... | while read -r package; do
  folder=$(go list -f '{{.Dir}}' "$package")
  for fuzzer in $(grep -hoE '^func (Fuzz[A-Za-z0-9_]+)' "$folder"/*_test.go 2>/dev/null | awk '{print $2}'); do
    printf '%s %s\n' "$package" "$fuzzer"
    go test -run '^$' -fuzz "^$fuzzer\$" -fuzztime "$time" "$package" </dev/null
  done
done
