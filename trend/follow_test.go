package trend

import (
	"testing"
	"time"
)

func risen(family, area string, score float64) Rise {
	return Rise{Label: family, Family: family, Area: area, Score: score}
}

func TestFollowJoins(t *testing.T) {
	for name, c := range map[string]struct {
		area string
		days int
		into int // the course that the second rise joins
		top  string
	}{
		"Same":     {north, 1, 0, north},
		"Below":    {north + "/城东供电所", 2, 0, north},
		"Above":    {"江东省/临江市", 3, 0, "江东省/临江市"},
		"Beside":   {south, 1, 1, north},
		"TooLate":  {north, 4, 1, north},
		"ByPrefix": {north + "街道", 1, 1, north},
	} {
		t.Run(name, func(t *testing.T) {
			open := Follow(nil, day(0), []Rise{risen("outage", north, 5)})
			got := Follow(open, day(c.days), []Rise{risen("outage", c.area, 5)})
			if len(got) != c.into+1 || got[0].Area != c.top || !got[0].First.Equal(day(0)) {
				t.Fatalf("got %+v", got)
			}
			if !got[c.into].Last.Equal(day(c.days)) {
				t.Errorf("its last sign is of %s", got[c.into].Last)
			}
		})
	}
	if got := Follow(Follow(nil, day(0), []Rise{risen("outage", north, 5)}), day(1), []Rise{risen("bill", north, 5)}); len(got) != 2 {
		t.Errorf("another family joined: %+v", got)
	}
}

func TestFollowGathersSiblings(t *testing.T) {
	const city = "江东省/临江市"
	three := []Rise{risen("outage", city+"/甲", 3), risen("outage", city+"/乙", 2), risen("outage", city+"/丙", 1)}
	if got := Follow(nil, day(0), three); len(got) != 1 || got[0].Area != city || len(got[0].Rises) != 3 {
		t.Errorf("three of one parent: %+v", got)
	}
	if got := Follow(nil, day(0), three[:2]); len(got) != 2 {
		t.Errorf("two of one parent: %+v", got)
	}
}

// A storm scattered over a city is the city's, though no district rises as a whole; a province is not gathered so.
func TestFollowGathersScattered(t *testing.T) {
	four := func(root string) []Rise {
		return []Rise{risen("outage", root+"/甲/一", 3), risen("outage", root+"/甲/二", 2), risen("outage", root+"/乙/三", 1), risen("outage", root+"/丙/四", 1)}
	}
	const city = "江东省/临江市"
	if got := Follow(nil, day(0), four(city)); len(got) != 1 || got[0].Area != city {
		t.Errorf("four places in three districts: %+v", got)
	}
	if got := Follow(nil, day(0), four(city)[:3]); len(got) != 3 {
		t.Errorf("three places in two districts: %+v", got)
	}
	if got := Follow(nil, day(0), four("江东省")); len(got) != 4 {
		t.Errorf("four places in three cities: %+v", got)
	}
}

func TestFollowSwallows(t *testing.T) {
	open := Follow(nil, day(0), []Rise{risen("outage", north, 5)})
	open = Follow(open, day(1), []Rise{risen("outage", south, 5)})
	got := Follow(open, day(2), []Rise{risen("outage", "江东省/临江市", 9)})
	if len(got) != 2 || got[0].Into != 0 || got[1].Into != 0 || got[0].Area != "江东省/临江市" {
		t.Errorf("the older has not swallowed the younger: %+v", got)
	}
	if open[0].Area != north || len(open[0].Rises) != 1 {
		t.Errorf("what was given has changed: %+v", open[0])
	}
	if got[1].Last.Sub(day(1)) != 0*time.Second {
		t.Errorf("the younger has a sign of the older: %+v", got[1])
	}
}
