//go:build !long

package cli

// unseen is over how many invented hotlines detection is measured; with the tag long they are twenty.
const unseen = 5
