package calendar

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Delay is a length of time: of the clock, of office hours, or of workdays.
type Delay struct {
	Clock    time.Duration // 30m, 2h, 1d (自然日)
	Office   time.Duration // 4wh: hours of work (办公时间)
	Workdays int           // 2wd: workdays (工作日), to the same time of day
}

var errDelay = errors.New(`must be a length of time such as 30m, 2h, 1d, 4wh (office hours) or 2wd (workdays)`)

// ParseDelay reads a delay as dictionaries write it.
func ParseDelay(text string) (Delay, error) {
	unit := strings.TrimLeft(text, "0123456789")
	n, err := strconv.Atoi(strings.TrimSuffix(text, unit))
	if err != nil || n < 1 || n > 10_000 {
		return Delay{}, fmt.Errorf("%q %w", text, errDelay)
	}
	switch unit {
	case "m":
		return Delay{Clock: time.Duration(n) * time.Minute}, nil
	case "h":
		return Delay{Clock: time.Duration(n) * time.Hour}, nil
	case "d":
		return Delay{Clock: time.Duration(n) * 24 * time.Hour}, nil
	case "wh":
		return Delay{Office: time.Duration(n) * time.Hour}, nil
	case "wd":
		return Delay{Workdays: n}, nil
	}
	return Delay{}, fmt.Errorf("%q %w", text, errDelay)
}

// UnmarshalYAML reads a delay as ParseDelay does.
func (d *Delay) UnmarshalYAML(data []byte) (err error) {
	*d, err = ParseDelay(strings.Trim(strings.TrimSpace(string(data)), `"'`))
	return err
}

// String writes the delay in Chinese.
func (d Delay) String() string {
	switch {
	case d.Workdays > 0:
		return fmt.Sprintf("%d个工作日", d.Workdays)
	case d.Office > 0:
		return fmt.Sprintf("%d个办公小时", d.Office/time.Hour)
	case d.Clock%time.Hour > 0:
		return fmt.Sprintf("%d分钟", d.Clock/time.Minute)
	}
	return fmt.Sprintf("%d小时", d.Clock/time.Hour)
}
