package decode

import (
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
)

func TestParseTime(t *testing.T) {
	const second, minute, day = hotline.PrecisionSecond, hotline.PrecisionMinute, hotline.PrecisionDay
	tests := []struct {
		in        string
		want      string // RFC 3339 in Shanghai; empty: refused
		precision hotline.Precision
	}{
		{"2018-12-16 07:46", "2018-12-16T07:46:00+08:00", minute},
		{"2018-12-16 07:46:05", "2018-12-16T07:46:05+08:00", second},
		{"2018-12-16 07:46:05.0", "2018-12-16T07:46:05+08:00", second},
		{"2018-12-16 07:46:05,250", "2018-12-16T07:46:05.25+08:00", second},
		{"2018/12/16 7:46", "2018-12-16T07:46:00+08:00", minute},
		{"2018/1/6 7:46:05", "2018-01-06T07:46:05+08:00", second},
		{"2018.12.16 07:46", "2018-12-16T07:46:00+08:00", minute},
		{"2018-12-16T07:46:05+08:00", "2018-12-16T07:46:05+08:00", second},
		{"2018-12-15T23:46:05Z", "2018-12-16T07:46:05+08:00", second},
		{"2018-12-15T23:46:05.123456Z", "2018-12-16T07:46:05.123456+08:00", second},
		{"2018-12-16T07:46:05+0800", "2018-12-16T07:46:05+08:00", second},
		{"2018-12-16T00:46:05+01", "2018-12-16T07:46:05+08:00", second},
		{"2018-12-16T07:46:05", "2018-12-16T07:46:05+08:00", second},
		{"20181216074605", "2018-12-16T07:46:05+08:00", second},
		{"20181216074605123", "2018-12-16T07:46:05.123+08:00", second},
		{"20181216T074605Z", "2018-12-16T15:46:05+08:00", second},
		{"201812160746", "2018-12-16T07:46:00+08:00", minute},
		{"20181216 0746", "2018-12-16T07:46:00+08:00", minute},
		{"20181216", "2018-12-16T00:00:00+08:00", day},
		{"2018年12月16日7时46分", "2018-12-16T07:46:00+08:00", minute},
		{"2018年12月16日7时46分5秒", "2018-12-16T07:46:05+08:00", second},
		{"2018年12月16日 07:46:05", "2018-12-16T07:46:05+08:00", second},
		{"2018年12月16日下午3点", "2018-12-16T15:00:00+08:00", minute},
		{"2018年12月16日 星期日 上午9:05", "2018-12-16T09:05:00+08:00", minute},
		{"2018-12-16 12:30 PM", "", ""}, // half of day behind the time: not a notation of these systems
		{"2018-12-16 PM 12:30", "2018-12-16T12:30:00+08:00", minute},
		{"2018-12-16 AM 12:30", "2018-12-16T00:30:00+08:00", minute},
		{"2018年12月16日", "2018-12-16T00:00:00+08:00", day},
		{"2018-12-16", "2018-12-16T00:00:00+08:00", day},
		{"2018/12/16", "2018-12-16T00:00:00+08:00", day},
		{"2018/12/16 0:00", "2018-12-16T00:00:00+08:00", day},
		{"2018-12-16 00:00:00", "2018-12-16T00:00:00+08:00", day},
		{"2018-12-16T00:00:00+08:00", "2018-12-16T00:00:00+08:00", second},
		{"2018-12-16 24:00", "2018-12-17T00:00:00+08:00", minute},
		{"２０１８－１２－１６　０７：４６", "2018-12-16T07:46:00+08:00", minute},
		{" 2018-12-16 07:46 ", "2018-12-16T07:46:00+08:00", minute},
		{"1544917565", "2018-12-16T07:46:05+08:00", second},
		{"1544917565123", "2018-12-16T07:46:05.123+08:00", second},
		{"1544917565.5", "2018-12-16T07:46:05+08:00", second},
		{"2018-02-30", "", ""},
		{"2018-12-16 25:00", "", ""},
		{"2018-12-16 07:61", "", ""},
		{"2018-13-01", "", ""},
		{"12/16/2018 07:46", "", ""},
		{"16/12/2018 07:46", "", ""},
		{"16.12.2018", "", ""},
		{"18-12-16 07:46", "", ""},
		{"12-16 07:46", "", ""},
		{"0001-01-01 00:00:00", "", ""},
		{"9999-12-31", "", ""},
		{"2018-12-16T07:46:05+99:00", "", ""},
		{"0", "", ""},
		{"43450.32", "", ""},
		{"昨天上午", "", ""},
		{"", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, precision, err := parseTime(tt.in, calendar.Shanghai())
			if tt.want == "" {
				if err == nil {
					t.Fatalf("got %s, want an error", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s := got.In(calendar.Shanghai()).Format(time.RFC3339Nano); s != tt.want || precision != tt.precision {
				t.Errorf("got %s %s, want %s %s", s, precision, tt.want, tt.precision)
			}
		})
	}
}

func TestParseSerial(t *testing.T) {
	tests := []struct {
		name      string
		in        string
		date1904  bool
		want      string
		precision hotline.Precision
	}{
		{"day", "43450", false, "2018-12-16T00:00:00+08:00", hotline.PrecisionDay},
		{"minute", "43450.5", false, "2018-12-16T12:00:00+08:00", hotline.PrecisionMinute},
		{"second", "43450.323669", false, "2018-12-16T07:46:05+08:00", hotline.PrecisionSecond},
		{"rounded up to midnight", "43449.99999999", false, "2018-12-16T00:00:00+08:00", hotline.PrecisionMinute},
		{"since 1904", "41988.5", true, "2018-12-16T12:00:00+08:00", hotline.PrecisionMinute},
		{"written", "2018-12-16 07:46", false, "2018-12-16T07:46:00+08:00", hotline.PrecisionMinute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, precision, err := parseSerial(tt.in, tt.date1904, calendar.Shanghai())
			if err != nil {
				t.Fatal(err)
			}
			if s := got.Format(time.RFC3339); s != tt.want || precision != tt.precision {
				t.Errorf("got %s %s, want %s %s", s, precision, tt.want, tt.precision)
			}
		})
	}
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2018-12-16 07:46", "2018/12/16 7:46:05.5", "20181216074605", "2018年12月16日下午3点46分", "1544917565123", "2018-12-16T07:46:05+0800", "43450.5"} {
		f.Add(s)
	}
	zone := calendar.Shanghai()
	f.Fuzz(func(t *testing.T, s string) {
		got, precision, err := parseTime(s, zone)
		if err != nil {
			return
		}
		if got.Year() < 1990 || got.Year() > 2099 || !precision.Valid() {
			t.Fatalf("%q gives %s %q", s, got, precision)
		}
		again, _, err := parseTime(got.Format(time.RFC3339Nano), zone)
		if err != nil || !again.Equal(got) {
			t.Fatalf("%q gives %s, which reads as %s, %v", s, got, again, err)
		}
	})
}
