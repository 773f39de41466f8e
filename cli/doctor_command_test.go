package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/hint"
	"suqiu/hotline"
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
		"2091-11-03": "! 节假日：节假日数据快用完或已缺：按国务院办公厅的通知，把 holidays/2092.csv 放进字典文件夹\n  原文：the holidays are known for 59 more days, until 2091-12-31 (put holidays/2092.csv into the folder of dictionaries",
		"2092-01-01": "✗ 节假日：节假日数据快用完或已缺：按国务院办公厅的通知，把 holidays/2092.csv 放进字典文件夹\n  原文：there are no holidays for 2092 (put holidays/2092.csv",
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

// Note tells each of several faults by itself: what can be done in Chinese, the words of the log below it. What has no
// advice stands as it is.
func TestNote(t *testing.T) {
	var out strings.Builder
	s := &session{env: Env{Stdout: &out}}
	lacked := &hotline.Fault{Kind: hotline.FaultSetup, Op: "ask for the user's rights", Err: errors.New("they do not suffice"), Hint: hint.Of(hint.LackedRights, "write")}
	twice := hint.With(hint.With(errors.New("read"), hint.Of(hint.ClusterRight, "DescribeConfigs")), hint.Of(hint.Unseen))
	s.note("✗", "索引", errors.Join(lacked, errors.New("第一行\n第二行"), fmt.Errorf("look: %w", twice)))
	want := "✗ 索引：该用户缺少权限 write：要有集群权限 monitor，以及对该前缀各索引的 read、write、create_index、view_index_metadata、maintenance\n" +
		"  原文：" + lacked.Error() + "\n" +
		"✗ 索引：第一行\n✗ 索引：第二行\n" +
		"✗ 索引：缺权限：给该用户集群（--cluster）的 DescribeConfigs 权限；看不到这些设置，没有检查\n" +
		"  原文：look: read (give the user the right DescribeConfigs on the cluster) (until then this is not checked)\n"
	if out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
}
