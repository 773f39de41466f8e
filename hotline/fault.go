package hotline

import (
	"fmt"

	"suqiu/hint"
)

// FaultKind says what a whole-batch failure of a store asks of its caller.
type FaultKind int

// The kinds of fault.
const (
	FaultUnavailable FaultKind = iota + 1 // time-outs, broken connections, 429, 5xx: the same batch again later, for ever
	FaultSetup                            // 401, 403, 404, a mapping that does not fit: pause and say so; never the data's fault
	FaultTooLarge                         // 413: the same documents in smaller batches
)

// Fault is the failure of a whole batch, for which there is no verdict on any document; some may have been applied.
// It is the only error type that a store returns from Put, besides the context's.
type Fault struct {
	Kind FaultKind
	Op   string    // what was being done, to what
	Hint hint.Hint // what the operator can do; may be none
	Err  error
}

func (f *Fault) Error() string {
	if f.Hint.IsZero() {
		return fmt.Sprintf("%s: %v", f.Op, f.Err)
	}
	return fmt.Sprintf("%s: %v (%s)", f.Op, f.Err, f.Hint)
}

// Advice implements hint.Adviser.
func (f *Fault) Advice() hint.Hint { return f.Hint }

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Err }
