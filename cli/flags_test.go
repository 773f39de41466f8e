package cli

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/calendar"
	"suqiu/hotline"
	"suqiu/index"
)

// now is when the tests of flags take place.
var now = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// parsed runs a command line against flags and hands its context over.
func parsed(t *testing.T, flags []cli.Flag, args []string, look func(*cli.Context) error) error {
	t.Helper()
	app := newApp(Env{Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}})
	app.Commands = []*cli.Command{{Name: "try", Flags: flags, Action: look}}
	return app.RunContext(t.Context(), permute(app.Commands, append([]string{"suqiu", "try"}, args...)))
}

func TestReadFilter(t *testing.T) {
	zone := calendar.Shanghai()
	day := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 0, 0, zone) }
	for _, tt := range []struct {
		name string
		args []string
		want index.Filter
	}{
		{"Nothing", nil, index.Filter{}},
		{"Label", []string{"--label", "outage", "--label", "bill.high"}, index.Filter{Labels: []string{"outage", "bill.high"}}},
		{"AreaWithComma", []string{"--area", "江东电力/一,二"}, index.Filter{Areas: []string{"江东电力/一,二"}}},
		{"Hotline", []string{"--hotline", "12398"}, index.Filter{Hotlines: []hotline.Hotline{"12398"}}},
		{"Kind", []string{"--kind", "call"}, index.Filter{Kinds: []hotline.Kind{"call"}}},
		{"Nature", []string{"--nature", "投诉"}, index.Filter{Natures: []hotline.Nature{"投诉"}}},
		{"Responsible", []string{"--responsible", "third_party"}, index.Filter{Responsible: []hotline.Responsible{"third_party"}}},
		{"Marks", []string{"--urgency", "medical", "--portrait", "identity", "--experience", "voltage", "--found", "customer", "--entity", "place:幸福里小区"},
			index.Filter{Urgency: []string{"medical"}, Portrait: []string{"identity"}, Experience: []hotline.Experience{"voltage"},
				Found: []hotline.Responsible{"customer"}, Entities: []string{"place:幸福里小区"}}},
		{"Unlabelled", []string{"--unlabelled"}, index.Filter{Unlabelled: true}},
		{"Matter", []string{"--matter", "95598:1", "--caller", "k:1", "--source", "95598"},
			index.Filter{Matter: "95598:1", Caller: "k:1", Sources: []string{"95598"}}},
		{"FromDay", []string{"--from", "2026-11-01"}, index.Filter{From: day(1, 0, 0)}},
		{"ToMinute", []string{"--to", "2026-11-01T08:30"}, index.Filter{To: day(1, 8, 30)}},
		{"Blank", []string{"--from", "2026-11-01 08:30", "--to", "2026-11-02"}, index.Filter{From: day(1, 8, 30), To: day(2, 0, 0)}},
		{"Zone", []string{"--from", "2026-11-01T00:30:00Z"}, index.Filter{From: day(1, 8, 30)}},
		{"Hours", []string{"--since", "24h"}, index.Filter{From: now.Add(-24 * time.Hour)}},
		{"Days", []string{"--since", "7d"}, index.Filter{From: now.AddDate(0, 0, -7)}},
		{"Weeks", []string{"--since", "8w"}, index.Filter{From: now.AddDate(0, 0, -56)}},
		{"SinceBefore", []string{"--since", "8w", "--to", "2026-11-01"}, index.Filter{From: now.AddDate(0, 0, -56), To: day(1, 0, 0)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := parsed(t, filterFlags(), tt.args, func(c *cli.Context) error {
				got, err := readFilter(c, now, zone)
				if !got.From.Equal(tt.want.From) || !got.To.Equal(tt.want.To) {
					t.Errorf("from %v to %v, want %v to %v", got.From, got.To, tt.want.From, tt.want.To)
				}
				got.From, got.To, tt.want.From, tt.want.To = time.Time{}, time.Time{}, time.Time{}, time.Time{}
				for _, empty := range []any{&got, &tt.want} {
					dropEmpty(reflect.ValueOf(empty).Elem())
				}
				if !reflect.DeepEqual(got, tt.want) {
					t.Errorf("got %+v, want %+v", got, tt.want)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// dropEmpty makes empty lists nil.
func dropEmpty(v reflect.Value) {
	for _, f := range v.Fields() {
		if f.Kind() == reflect.Slice && f.Len() == 0 {
			f.SetZero()
		}
	}
}

func TestReadFilterFaults(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"UnknownHotline", []string{"--hotline", "10086"}, "--hotline 10086：可写 95598、12398、12345"},
		{"UnknownKind", []string{"--kind", "letter"}, "--kind letter：可写"},
		{"UnknownNature", []string{"--nature", "抱怨"}, "--nature 抱怨：可写 咨询、"},
		{"UnknownResponsible", []string{"--responsible", "nobody"}, "--responsible nobody：可写 utility、"},
		{"UnknownFound", []string{"--found", "nobody"}, "--found nobody：可写 utility、"},
		{"UnknownExperience", []string{"--experience", "price"}, "--experience price：可写 reliability、"},
		{"EntityWithoutKind", []string{"--entity", "幸福里"}, "--entity 幸福里：写成 种类:取值"},
		{"EntityOfNoKind", []string{"--entity", "street:一"}, "--entity street:一：写成 种类:取值"},
		{"DateInWords", []string{"--from", "yesterday"}, "--from yesterday：写日期，如 2026-11-01"},
		{"DateDoesNotExist", []string{"--to", "2026-02-30"}, "--to 2026-02-30：写日期"},
		{"SpanInMonths", []string{"--since", "3m"}, "--since 3m：写小时、天或周数"},
		{"SpanNegative", []string{"--since", "-3d"}, "写小时、天或周数"},
		{"SpanTooLong", []string{"--since", "123456w"}, "写小时、天或周数"},
		{"SinceAndFrom", []string{"--since", "7d", "--from", "2026-11-01"}, "只能写一个"},
		{"ToBeforeFrom", []string{"--from", "2026-11-02", "--to", "2026-11-01"}, "--from 应在 --to 之前"},
		{"ToIsFrom", []string{"--from", "2026-11-02", "--to", "2026-11-02"}, "--from 应在 --to 之前"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := parsed(t, filterFlags(), tt.args, func(c *cli.Context) error {
				_, err := readFilter(c, now, calendar.Shanghai())
				return err
			})
			wantUsage(t, err, tt.want)
		})
	}
}

func wantUsage(t *testing.T, err error, want string) {
	t.Helper()
	var coded cli.ExitCoder
	if !errors.As(err, &coded) || coded.ExitCode() != exitUsage {
		t.Fatalf("error %v, want one of wrong usage", err)
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("error %q, want one with %q", err, want)
	}
}

func TestLoadConfig(t *testing.T) {
	env := Env{Environ: []string{"SUQIU_LISTEN=127.0.0.1:1", "HOME=/nowhere"}}
	for _, tt := range []struct {
		name string
		args []string
		want string // key value origin
	}{
		{"Default", nil, "data data default"},
		{"Environment", nil, "listen 127.0.0.1:1 environment SUQIU_LISTEN"},
		{"Set", []string{"--set", "listen=127.0.0.1:2"}, "listen 127.0.0.1:2 flag"},
		{"Flag", []string{"--data", "x"}, "data x flag"},
		{"Bool", []string{"--embedded"}, "embedded true flag"},
		{"BoolFalse", []string{"--embedded=false"}, "embedded false flag"},
		{"List", []string{"--set", "areas=china,haikou"}, "areas [china haikou] flag"},
		{"ValueWithEquals", []string{"--set", "kafka.group=a=b"}, "kafka.group a=b flag"},
		{"LastWins", []string{"--set", "kafka.group=a", "--set", "kafka.group=b"}, "kafka.group b flag"},
		{"Secret", []string{"--set", "kafka.password=geheim"}, "kafka.password (set) flag"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := parsed(t, settingFlags(), tt.args, func(c *cli.Context) error {
				loaded, err := loadConfig(c, env)
				if err != nil {
					return err
				}
				var all []string
				for _, v := range loaded.Values() {
					all = append(all, v.Key+" "+v.Value+" "+v.Origin)
				}
				if !slices.Contains(all, tt.want) {
					t.Errorf("%q is not among\n%s", tt.want, strings.Join(all, "\n"))
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"NoEquals", []string{"--set", "kafka.group"}, "write KEY=VALUE"},
		{"UnknownKey", []string{"--set", "kafka.grp=a"}, "there is no setting kafka.grp"},
		{"ParentKey", []string{"--set", "kafka=a"}, "can only be set in the configuration file"},
		{"NotANumber", []string{"--set", "batch.records=many"}, "must be a whole number"},
		{"OutOfRange", []string{"--set", "batch.records=0"}, "must be 1 to 10000"},
		{"NoSpan", []string{"--set", "batch.linger=5"}, "must be a length of time"},
		{"MissingFile", []string{"--config", "testdata/none.yaml"}, "testdata/none.yaml"},
		{"FormatXML", []string{"--format", "xml"}, "--format xml：可写 text、json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := parsed(t, settingFlags(formatFlag("text or json")), tt.args, func(c *cli.Context) error {
				_, err := loadConfig(c, env)
				return err
			})
			wantUsage(t, err, tt.want)
		})
	}
}
