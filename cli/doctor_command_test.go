package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
)

// Doctor warns when the holidays are known for less than 60 days, fails when they are unknown, and says what to put where.
func TestDoctorOnHolidays(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "holidays"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "holidays", "2091.csv"), []byte("自,至,安排,节日\n2091-01-01,,放假,元旦\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for now, says := range map[string]string{
		"2091-11-02": "✓ 节假日：可用",
		"2091-11-03": "! 节假日：节假日数据快用完或已缺：按国务院办公厅的通知，把 holidays/2092.csv 放进字典文件夹\n  原文：the holidays are known for 59 more days, until 2091-12-31; put holidays/2092.csv into the folder of dictionaries",
		"2092-01-01": "✗ 节假日：节假日数据快用完或已缺：按国务院办公厅的通知，把 holidays/2092.csv 放进字典文件夹\n  原文：there are no holidays for 2092; put holidays/2092.csv",
	} {
		t.Run(now, func(t *testing.T) {
			moment, err := time.ParseInLocation(time.DateOnly, now, calendar.Shanghai())
			if err != nil {
				t.Fatal(err)
			}
			var stdout, stderr strings.Builder
			code := Run(t.Context(), []string{"suqiu", "doctor", "--embedded", "--data", t.TempDir(), "--dicts", folder}, Env{
				Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Now: func() time.Time { return moment },
			})
			if !strings.Contains(stdout.String(), says) || strings.Count(stdout.String(), "节假日：") != 1 || (code == 0) == strings.HasPrefix(says, "✗") {
				t.Errorf("code %d:\n%s%s", code, stdout.String(), stderr.String())
			}
		})
	}
}
