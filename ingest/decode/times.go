package decode

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"suqiu/hotline"
)

// errTime says what the accepted notations are; it never repeats the value, which may not be a time at all.
var errTime = errors.New("not a time in a known notation; write 2018-12-16 07:46:00")

// Notations of time, by their shapes. Years have four digits and stand first: 12/16/2018 and 16/12/2018 can't be told
// apart, so both are refused.
var (
	written = regexp.MustCompile(`^(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?` +
		`(?:(?:T|\s*)(?:星期.|周.)?\s*(凌晨|早上|上午|中午|下午|晚上|AM|PM)?\s*(\d{1,2})[:时点](?:(\d{1,2})(?:[:分](?:(\d{1,2})(?:[.,](\d{1,9}))?秒?)?)?)?` +
		`\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$`)
	compact = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?(\d{3})?(Z|[+-]\d{2}:?\d{2})?)?$`)
	epoch   = regexp.MustCompile(`^(\d{10})(?:\.\d+|(\d{3}))?$`)
	serial  = regexp.MustCompile(`^\d{5}(\.\d+)?$`)

	wide = strings.NewReplacer("：", ":", "，", ",", "０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5",
		"６", "6", "７", "7", "８", "8", "９", "9", "\u3000", " ", "－", "-", "／", "/", "号", "日", "時", "时")
)

// parseTime reads a time in any notation that the hotlines' systems write: 2018-12-16 07:46, 2018/12/16 7:46:05,
// 2018.12.16, 2018年12月16日7时46分, 20181216074600, ISO 8601 with or without zone, and seconds or milliseconds since
// 1970. Times without a zone are in zone, and all are given in it. The precision is what the notation tells, except
// that midnight is a date: exports write "2018/12/16 0:00" for a day without time of day.
func parseTime(s string, zone *time.Location) (time.Time, hotline.Precision, error) {
	if isPlain(s) {
		return civil([9]string{s[:4], s[5:7], s[8:10], "", s[11:13], s[14:16], s[17:19], "", s[19:]}, zone)
	}
	s = strings.ToUpper(strings.TrimSpace(wide.Replace(s)))
	if m := epoch.FindStringSubmatch(s); m != nil {
		n, err := strconv.ParseInt(m[1]+m[2], 10, 64)
		if err != nil {
			return time.Time{}, "", errTime
		}
		t := time.Unix(n, 0)
		if m[2] != "" {
			t = time.UnixMilli(n)
		}
		return plausible(t.In(zone), hotline.PrecisionSecond)
	}
	if m := compact.FindStringSubmatch(s); m != nil {
		return civil([9]string{m[1], m[2], m[3], "", m[4], m[5], m[6], m[7], m[8]}, zone)
	}
	if m := written.FindStringSubmatch(s); m != nil {
		return civil([9]string(m[1:]), zone)
	}
	return time.Time{}, "", errTime
}

// isPlain reports whether a time is written as 2006-01-02 15:04:05 or 2006-01-02T15:04:05, with Z, +08:00 or no zone, as most
// are: written then has the same groups, which needn't be searched for.
func isPlain(s string) bool {
	const shape = "0000-00-00T00:00:00+00:00"
	switch len(s) {
	case 19, 25:
	case 20:
		if s[19] != 'Z' {
			return false
		}
		s = s[:19]
	default:
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch shape[i] {
		case '0':
			if c < '0' || c > '9' {
				return false
			}
		case 'T':
			if c != 'T' && c != ' ' {
				return false
			}
		case '+':
			if c != '+' && c != '-' {
				return false
			}
		default:
			if c != shape[i] {
				return false
			}
		}
	}
	return true
}

// civil builds a time from the parts year, month, day, half of day, hour, minute, second, fraction, zone; parts not
// told are empty.
func civil(parts [9]string, zone *time.Location) (time.Time, hotline.Precision, error) {
	var n [7]int
	for i, part := range parts[:7] {
		if i == 3 || part == "" {
			continue
		}
		v, err := strconv.Atoi(part)
		if err != nil {
			return time.Time{}, "", errTime
		}
		n[i] = v
	}
	year, month, day, hour, minute, second := n[0], n[1], n[2], n[4], n[5], n[6]
	switch parts[3] {
	case "下午", "晚上", "PM":
		if hour < 12 {
			hour += 12
		}
	case "中午":
		if hour < 11 {
			hour += 12
		}
	case "凌晨", "AM":
		if hour == 12 {
			hour = 0
		}
	}
	// 24时 is the end of the day; a second of 60 is a leap second.
	if hour > 24 || minute > 59 || second > 60 || hour == 24 && (minute > 0 || second > 0) {
		return time.Time{}, "", errors.New("the time of day does not exist")
	}
	if d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC); d.Month() != time.Month(month) || d.Day() != day {
		return time.Time{}, "", errors.New("the date does not exist")
	}
	told := zone
	if parts[8] != "" {
		var err error
		if told, err = offset(parts[8]); err != nil {
			return time.Time{}, "", err
		}
	}
	nanos := 0
	if f := parts[7]; f != "" {
		nanos, _ = strconv.Atoi((f + "000000000")[:9]) // the pattern allows digits only
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanos, told).In(zone)
	precision := hotline.PrecisionSecond
	switch {
	case parts[4] == "" || hour == 0 && minute == 0 && second == 0 && nanos == 0 && parts[8] == "":
		precision = hotline.PrecisionDay
	case parts[6] == "":
		precision = hotline.PrecisionMinute
	}
	return plausible(t, precision)
}

// offset reads Z, +08, +0800 or +08:00.
func offset(s string) (*time.Location, error) {
	if s == "Z" {
		return time.UTC, nil
	}
	digits := (strings.ReplaceAll(s[1:], ":", "") + "00")[:4]
	hours, errHours := strconv.Atoi(digits[:2])
	minutes, errMinutes := strconv.Atoi(digits[2:])
	if errHours != nil || errMinutes != nil || hours > 14 || minutes > 59 {
		return nil, errors.New("the time zone does not exist")
	}
	seconds := hours*3600 + minutes*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds), nil
}

// parseSerial reads a time of a workbook: a serial day number (days since 1899-12-30, or since 1904-01-01 in
// workbooks made so), or any notation of parseTime.
func parseSerial(s string, date1904 bool, zone *time.Location) (time.Time, hotline.Precision, error) {
	s = strings.TrimSpace(s)
	if !serial.MatchString(s) {
		return parseTime(s, zone)
	}
	days, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return time.Time{}, "", errTime
	}
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, zone)
	if date1904 {
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, zone)
	}
	whole, part := math.Modf(days)
	seconds := int(math.Round(part * 86400))
	t := start.AddDate(0, 0, int(whole)).Add(time.Duration(seconds) * time.Second)
	switch {
	case seconds == 0:
		return plausible(t, hotline.PrecisionDay)
	case seconds%60 == 0:
		return plausible(t, hotline.PrecisionMinute)
	}
	return plausible(t, hotline.PrecisionSecond)
}

// plausible refuses years in which no record of a hotline can have been made: a wrong unit or a slip of the pen.
func plausible(t time.Time, p hotline.Precision) (time.Time, hotline.Precision, error) {
	if t.Year() < 1990 || t.Year() > 2099 {
		return time.Time{}, "", errors.New("the year is not between 1990 and 2099")
	}
	return t, p, nil
}
