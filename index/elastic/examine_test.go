package elastic

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"suqiu/hotline"
)

// A clock is compared where the cluster tells its time. A cluster that may not or can't tell it is no fault; one that is away
// or refuses the user is, so that who starts waits for it instead of working by a clock that nobody compared.
func TestCheckClock(t *testing.T) {
	now := time.Date(2026, time.March, 31, 20, 0, 0, 0, time.UTC)
	tells := func(at time.Time) string { return fmt.Sprintf(`{"nodes":{"n":{"timestamp":%d}}}`, at.UnixMilli()) }
	for _, c := range []struct {
		name   string
		status int
		answer string
		kind   hotline.FaultKind // 0: no fault
		clock  bool
	}{
		{"Agree", 200, tells(now.Add(-ClockSkew / 2)), 0, false},
		{"Differ", 200, tells(now.Add(-2 * ClockSkew)), hotline.FaultSetup, true},
		{"NoTime", 200, `{"nodes":{}}`, 0, false},
		{"NoSuchAddress", http.StatusNotFound, `{}`, 0, false},
		{"NotAllowed", http.StatusMethodNotAllowed, `{}`, 0, false},
		{"Forbidden", http.StatusForbidden, `{}`, 0, false},
		{"Unauthorized", http.StatusUnauthorized, `{}`, hotline.FaultSetup, false},
		{"Away", http.StatusServiceUnavailable, `{}`, hotline.FaultUnavailable, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := open(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Elastic-Product", "Elasticsearch")
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.answer)
			}))
			err := store.CheckClock(t.Context(), now)
			var fault *hotline.Fault
			if errors.As(err, &fault) != (c.kind != 0) || fault != nil && fault.Kind != c.kind {
				t.Errorf("got %v, want kind %d", err, c.kind)
			}
			if errors.Is(err, ErrClock) != c.clock {
				t.Errorf("got %v, want that it tells of the clocks: %v", err, c.clock)
			}
		})
	}
}
