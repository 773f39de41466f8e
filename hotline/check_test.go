package hotline

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func valid() Call {
	return Call{
		Schema: Schema, Source: "95598", Hotline: Hotline95598, ID: "a-1", Kind: KindOrder,
		Received: time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC), Precision: PrecisionMinute,
		ContentRev: 1_782_000_000_000, Matter: "95598:a-1",
		Turns: []Turn{{Role: RoleCustomer, Text: "家里没电了"}},
	}
}

// Each case spoils one field of a good call; the error must name that field.
func TestCheckNamesTheField(t *testing.T) {
	cases := map[string]struct {
		spoil func(*Call)
		field string
	}{
		"Schema":          {func(c *Call) { c.Schema = 2 }, "schema"},
		"NoSource":        {func(c *Call) { c.Source = "" }, "source"},
		"ColonInSource":   {func(c *Call) { c.Source = "a:b" }, "source"},
		"UnknownHotline":  {func(c *Call) { c.Hotline = "10086" }, "hotline"},
		"NoID":            {func(c *Call) { c.ID = "" }, "id"},
		"LongID":          {func(c *Call) { c.ID = strings.Repeat("x", MaxIDBytes+1) }, "id"},
		"BrokenID":        {func(c *Call) { c.ID = "\xff" }, "id"},
		"Kind":            {func(c *Call) { c.Kind = "fax" }, "kind"},
		"Precision":       {func(c *Call) { c.Precision = "year" }, "precision"},
		"NoReceived":      {func(c *Call) { c.Received = time.Time{} }, "received"},
		"NoContentRev":    {func(c *Call) { c.ContentRev = 0 }, "content_rev"},
		"HugeContentRev":  {func(c *Call) { c.ContentRev = MaxContentRev + 1 }, "content_rev"},
		"NoMatter":        {func(c *Call) { c.Matter = "" }, "matter"},
		"NoTurns":         {func(c *Call) { c.Turns = nil }, "turns"},
		"BlankTurns":      {func(c *Call) { c.Turns[0].Text = " \n" }, "turns"},
		"ManyTurns":       {func(c *Call) { c.Turns = make([]Turn, MaxTurns+1) }, "turns"},
		"Role":            {func(c *Call) { c.Turns[0].Role = "boss" }, "turns[0].role"},
		"BrokenText":      {func(c *Call) { c.Turns[0].Text = "\xff" }, "turns[0].text"},
		"NegativeTime":    {func(c *Call) { c.Turns[0].BeginMS = -1 }, "turns[0]"},
		"LongText":        {func(c *Call) { c.Turns[0].Text = strings.Repeat("电", MaxTextBytes) }, "turns"},
		"DeepArea":        {func(c *Call) { c.Area.Grid = strings.Repeat("a/", MaxAreaDepth) }, "area"},
		"ConfidenceAbove": {func(c *Call) { c.Area.Confidence = 1.5 }, "area.confidence"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := valid()
			tc.spoil(&c)
			err := c.Check()
			var field *FieldError
			if !errors.As(err, &field) || !errors.Is(err, ErrInvalid) {
				t.Fatalf("error %v is not a FieldError", err)
			}
			if field.Field != tc.field {
				t.Errorf("blames %q, want %q", field.Field, tc.field)
			}
		})
	}
	t.Run("OK", func(t *testing.T) {
		c := valid()
		if err := c.Check(); err != nil {
			t.Error(err)
		}
	})
}

func TestCheckReceived(t *testing.T) {
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	arrived := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	cases := map[string]struct {
		received time.Time
		ok       bool
	}{
		"StartOfRetention": {start, true},
		"BeforeIt":         {start.Add(-time.Second), false},
		"Epoch":            {time.Unix(0, 0), false},
		"ADayAhead":        {arrived.Add(24 * time.Hour), true},
		"Later":            {arrived.Add(24*time.Hour + time.Second), false},
		"Year2099":         {time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := valid()
			c.Received = tc.received
			if err := c.CheckReceived(start, arrived); (err == nil) != tc.ok {
				t.Errorf("got %v, want ok=%v", err, tc.ok)
			}
		})
	}
}

// Newer content wins over any correction and rule set; with equal content the newer correction wins, and then the newer rule set.
func TestVersionOrder(t *testing.T) {
	version := func(content, correction, ruleset int64) int64 {
		return (&Document{Call: Call{ContentRev: content}, Analysis: Analysis{RulesetRev: ruleset, CorrectionRev: correction}}).Version()
	}
	ordered := []int64{
		version(1, 0, 0), version(1, 0, 1), version(1, 0, MaxRulesetRev), version(1, 1, 0), version(1, MaxCorrectionRev, MaxRulesetRev),
		version(2, 0, 0), version(MaxContentRev, MaxCorrectionRev, MaxRulesetRev),
	}
	for i := 1; i < len(ordered); i++ {
		if ordered[i] <= ordered[i-1] {
			t.Errorf("version %d (%d) is not above %d", i, ordered[i], ordered[i-1])
		}
	}
	if got := ContentRevOf(ordered[len(ordered)-1]); got != MaxContentRev {
		t.Errorf("the content revision of the largest version is %d, want %d", got, int64(MaxContentRev))
	}
}

func TestAncestors(t *testing.T) {
	cases := map[string][]string{
		"":            nil,
		"琼":           {"琼"},
		"琼/海口/龙华区":    {"琼", "琼/海口", "琼/海口/龙华区"},
		"琼/海口/龙华区/金贸": {"琼", "琼/海口", "琼/海口/龙华区", "琼/海口/龙华区/金贸"},
	}
	for path, want := range cases {
		got := Ancestors(path)
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("Ancestors(%q) = %q, want %q", path, got, want)
		}
	}
}
