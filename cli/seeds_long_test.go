//go:build long

package cli

// unseen is over how many invented hotlines detection is measured.
const unseen = 20
