package hotline

import "testing"

// TestLetterCopyVersion: a later epoch counts whatever the positions, and within one the later position.
func TestLetterCopyVersion(t *testing.T) {
	last := int64(0)
	for _, c := range []LetterCopy{
		{Epoch: 1764302400, Position: 0},
		{Epoch: 1764302400, Position: 1},
		{Epoch: 1764302400, Position: 1<<31 - 1},
		{Epoch: 1764302401, Position: 0},
		{Epoch: 1<<32 - 1, Position: 1<<31 - 1}, // the year 2106
	} {
		v := c.Version()
		if v <= last {
			t.Errorf("epoch %d, position %d: version %d, must be more than %d", c.Epoch, c.Position, v, last)
		}
		last = v
	}
	full, over := LetterCopy{Epoch: 1, Position: 1<<31 - 1}, LetterCopy{Epoch: 1, Position: 1 << 40}
	if full.Version() != over.Version() {
		t.Error("a position beyond the bound reaches into the epoch")
	}
}
