package classify

import (
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
)

// Conditions on channel and time look at the contact, by the clock of the set's zone.
func TestTestsOfTheContact(t *testing.T) {
	at := time.Date(2026, 11, 28, 23, 30, 0, 0, calendar.Shanghai()) // a Saturday
	for _, test := range []struct {
		when      string
		received  time.Time
		precision hotline.Precision
		zone      *time.Location
		want      bool
	}{
		{"channel(微信)", at, hotline.PrecisionSecond, nil, true},
		{"channel(电话,网站)", at, hotline.PrecisionSecond, nil, false},
		{"weekday(6)", at, hotline.PrecisionDay, nil, true},
		{"weekday(6-7)", at, hotline.PrecisionSecond, nil, true},
		{"weekday(1-5)", at, hotline.PrecisionSecond, nil, false},
		{"weekday(7)", at.AddDate(0, 0, 1), hotline.PrecisionSecond, nil, true},
		{"month(6-9, 11)", at, hotline.PrecisionSecond, nil, true},
		{"month(12)", at, hotline.PrecisionSecond, nil, false},
		{"hour(18-23)", at, hotline.PrecisionMinute, nil, true},
		{"hour(22-6)", at, hotline.PrecisionMinute, nil, true},
		{"hour(0-6)", at, hotline.PrecisionMinute, nil, false},
		{"hour(18-23)", at, hotline.PrecisionDay, nil, false},
		{"hour(18-23)", at.UTC(), hotline.PrecisionSecond, nil, true},
		{"hour(15)", at, hotline.PrecisionSecond, time.UTC, true},
		{"hour(0-23)", time.Time{}, hotline.PrecisionSecond, nil, false},
	} {
		t.Run(test.when, func(t *testing.T) {
			rs := mustCompile(t, testFS("rules:\n  - {id: r, label: a.one, when: \"「停电」 and "+test.when+"\"}\n"))
			if test.zone != nil {
				rs = rs.InZone(test.zone)
			}
			call := message("停电")
			call.Channel, call.Received, call.Precision = "微信", test.received, test.precision
			if got := len(codesOf(rs, call)) > 0; got != test.want {
				t.Errorf("fires: %v, want %v", got, test.want)
			}
		})
	}
}
