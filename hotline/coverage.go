package hotline

import (
	"strings"
	"time"
)

// Coverage says that everything a source told of an area in [From, Through) is stored. Outside of what is covered, nothing told
// means nothing known: absent is not zero.
type Coverage struct {
	Source  string    `json:"source"`
	Area    string    `json:"area"` // the area path it holds for, with all below; "" for all
	From    time.Time `json:"from"`
	Through time.Time `json:"through"`
}

// Covers reports whether [from, to) of the area is complete for the source.
func (c Coverage) Covers(area string, from, to time.Time) bool {
	return Covers(c.Area, area) && !from.Before(c.From) && !to.After(c.Through)
}

// Covers reports whether area is path or lies below it; "" is above all.
func Covers(path, area string) bool {
	return path == "" || area == path || strings.HasPrefix(area, path+AreaSeparator)
}
