package calendar

import (
	"strings"
	"testing"
	"time"
)

func TestZone(t *testing.T) {
	t.Run("Default", func(t *testing.T) {
		zone, err := Zone("")
		if err != nil {
			t.Fatal(err)
		}
		if got := time.Date(2026, 11, 30, 16, 30, 0, 0, time.UTC).In(zone).Format("2006-01"); got != "2026-12" {
			t.Errorf("half past midnight on the first of December in Shanghai is in month %s", got)
		}
		if zone.String() != Shanghai().String() {
			t.Errorf("default zone %s, Shanghai %s", zone, Shanghai())
		}
	})
	t.Run("Unknown", func(t *testing.T) {
		if _, err := Zone("Asia/Beijing"); err == nil || !strings.Contains(err.Error(), DefaultZone) {
			t.Errorf("error %v does not say what to use", err)
		}
	})
}
