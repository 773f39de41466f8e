//go:build e2e && unix && long

package e2e

// long tells whether the tests that take an hour, and those that measure, are built in.
const long = true
