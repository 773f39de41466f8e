//go:build e2e && unix && long

package e2e

// watchKills is about how often a watcher is killed.
const watchKills = 140
