// Package calendar knows the time zone in which the hotlines live, China's public holidays and make-up workdays, and
// the events that explain why more is told (weather, planned outages, prices). Months, days and hours everywhere in
// suqiu are those of this zone, whatever the machine's own setting. What it knows of days is data, read from file
// systems that the caller passes in; of a year without data it says so instead of guessing.
package calendar

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // a minimal container image has no zone files
)

// DefaultZone is the IANA name of the zone used when nothing is configured.
const DefaultZone = "Asia/Shanghai"

// Zone loads a time zone by its IANA name; an empty name means DefaultZone.
func Zone(name string) (*time.Location, error) {
	if name == "" {
		name = DefaultZone
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("time zone %q: %w; use an IANA name such as %s", name, err, DefaultZone)
	}
	return zone, nil
}

// Shanghai is DefaultZone, which is always there because the zone files are compiled in.
func Shanghai() *time.Location { return shanghai() }

var shanghai = sync.OnceValue(func() *time.Location {
	zone, err := Zone(DefaultZone)
	if err != nil {
		panic(err) // unreachable: time/tzdata is linked in
	}
	return zone
})
