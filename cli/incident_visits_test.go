package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"suqiu/remedy"
)

// Of visits that are not due yet it is said how many there are and when the first is.
func TestVisitsToCome(t *testing.T) {
	s, out := testSession(t), &bytes.Buffer{}
	s.env.Stdout = out
	at := func(day int) time.Time { return time.Date(2026, time.December, day, 12, 0, 0, 0, s.zone) }
	later := []remedy.DueVisit{{Incident: "a1", Order: "95598:1", Day: 30, Due: at(29)}, {Incident: "a1", Order: "95598:1", Day: 7, Due: at(6)}}
	if err := s.showVisits("text", nil, later); err != nil || strings.TrimSpace(out.String()) != "待回访 0 件；另有 2 件，最早 12-06 到期" {
		t.Errorf("got %q, %v", out, err)
	}
}
