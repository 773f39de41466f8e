package calendar

import (
	"strings"
	"testing"
	"time"
)

func TestParseDelay(t *testing.T) {
	for text, want := range map[string]Delay{
		"30m": {Clock: 30 * time.Minute}, "2h": {Clock: 2 * time.Hour}, "7d": {Clock: 7 * 24 * time.Hour},
		"4wh": {Office: 4 * time.Hour}, "2wd": {Workdays: 2}, "10000h": {Clock: 10_000 * time.Hour},
	} {
		t.Run(text, func(t *testing.T) {
			got, err := ParseDelay(text)
			if err != nil || got != want {
				t.Fatalf("got %+v, %v", got, err)
			}
			var read Delay
			if err := read.UnmarshalYAML([]byte(` "` + text + `"`)); err != nil || read != want {
				t.Errorf("from YAML: got %+v, %v", read, err)
			}
		})
	}
	for name, text := range map[string]string{
		"Empty": "", "NoUnit": "3", "NoNumber": "h", "Zero": "0h", "Negative": "-1h", "TooLong": "10001d", "Weeks": "2w", "Words": "3 days", "Fraction": "1.5h",
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := ParseDelay(text); err == nil || !strings.Contains(err.Error(), "2wd") {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func FuzzParseDelay(f *testing.F) {
	f.Add("30m")
	f.Add("4wh")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDelay(text)
		if err != nil {
			return
		}
		if d.Clock <= 0 && d.Office <= 0 && d.Workdays <= 0 {
			t.Errorf("%q is no delay: %+v", text, d)
		}
		if d.String() == "" {
			t.Errorf("%q has no words", text)
		}
	})
}
