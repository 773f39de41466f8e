package cli

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/hotline"
	"suqiu/index"
)

// filterFlags narrow a command down to some documents.
func filterFlags() []cli.Flag {
	const category = "filter"
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "label", Usage: "`CODE` or Chinese name of a label, with all below: outage, bill.high, 转供电", Category: category},
		&cli.StringSliceFlag{Name: "area", Usage: "area `PATH`, with all below: 江东电力/临州供电公司", Category: category},
		&cli.StringSliceFlag{Name: "hotline", Usage: "95598, 12398 or 12345", Category: category},
		&cli.StringSliceFlag{Name: "kind", Usage: "call, order or message", Category: category},
		&cli.StringSliceFlag{Name: "source", Usage: "`NAME` of a source", Category: category},
		&cli.StringSliceFlag{Name: "nature", Usage: "咨询 求助 投诉 举报 建议 表扬 报修", Category: category},
		&cli.StringSliceFlag{Name: "responsible", Usage: "utility, customer, third_party or unknown", Category: category},
		&cli.StringSliceFlag{Name: "found", Usage: "responsible by what the handlers found: utility, customer, third_party or unknown", Category: category},
		&cli.StringSliceFlag{Name: "urgency", Usage: "`CODE` of an urgency signal: medical, hazard; any for all", Category: category},
		&cli.StringSliceFlag{Name: "portrait", Usage: "`CODE` of a portrait label or of a group of them: identity.elderly, arrears", Category: category},
		&cli.StringSliceFlag{Name: "experience", Usage: "reliability, payment, voltage or service", Category: category},
		&cli.StringSliceFlag{Name: "entity", Usage: "what the text names, as `KIND:VALUE`: transformer:幸福里2号台区", Category: category},
		&cli.StringFlag{Name: "caller", Usage: "`PSEUDONYM` of a caller", Category: category},
		&cli.StringFlag{Name: "account", Usage: "`PSEUDONYM` of an account", Category: category},
		&cli.StringFlag{Name: "matter", Usage: "`ID` of a matter: all contacts about one problem", Category: category},
		&cli.BoolFlag{Name: "unlabelled", Usage: "only what no rule gave a label", Category: category},
		&cli.StringFlag{Name: "from", Usage: "received at or after `DATE`: 2026-11-01, 2026-11-01T08:00", Category: category},
		&cli.StringFlag{Name: "to", Usage: "received before `DATE`", Category: category},
		&cli.StringFlag{Name: "since", Usage: "received within the last `SPAN`: 24h, 7d, 8w", Category: category},
	}
}

// readFilter makes a filter of the flags.
func readFilter(c *cli.Context, now time.Time, zone *time.Location) (index.Filter, error) {
	f := index.Filter{
		Labels: c.StringSlice("label"), Areas: c.StringSlice("area"), Sources: c.StringSlice("source"),
		Caller: c.String("caller"), Account: c.String("account"), Matter: c.String("matter"), Unlabelled: c.Bool("unlabelled"),
		Hotlines: cast[hotline.Hotline](c.StringSlice("hotline")), Kinds: cast[hotline.Kind](c.StringSlice("kind")),
		Natures: cast[hotline.Nature](c.StringSlice("nature")), Responsible: cast[hotline.Responsible](c.StringSlice("responsible")),
		Found: cast[hotline.Responsible](c.StringSlice("found")), Urgency: c.StringSlice("urgency"), Portrait: c.StringSlice("portrait"),
		Experience: cast[hotline.Experience](c.StringSlice("experience")), Entities: c.StringSlice("entity"),
	}
	err := errors.Join(
		refuseNumber("caller", f.Caller, "a caller's telephone number is looked up by suqiu search --phone; --caller wants the pseudonym that contacts show"),
		refuseNumber("account", f.Account, "--account wants the pseudonym that contacts show"),
		allowed("hotline", f.Hotlines, hotline.Hotlines[:]...),
		allowed("kind", f.Kinds, hotline.KindCall, hotline.KindOrder, hotline.KindMessage),
		checkNatures(f.Natures...),
		checkParties("responsible", f.Responsible...),
		checkParties("found", f.Found...),
		allowed("experience", f.Experience, hotline.Experiences[:]...),
		checkEntities(f.Entities),
	)
	if err != nil {
		return f, err
	}
	if f.From, err = readTime(c, "from", zone); err != nil {
		return f, err
	}
	if f.To, err = readTime(c, "to", zone); err != nil {
		return f, err
	}
	if text := c.String("since"); text != "" {
		if !f.From.IsZero() {
			return f, usagef("--since 和 --from 只能写一个")
		}
		span, err := readSpan(text)
		if err != nil {
			return f, usagef("--since %s：%v", text, err)
		}
		f.From = now.Add(-span)
	}
	if !f.To.IsZero() && !f.From.Before(f.To) {
		return f, usagef("--from 应在 --to 之前")
	}
	return f, nil
}

// written is what a number looks like where a pseudonym should stand; it would find nothing.
var written = regexp.MustCompile(`^[+0-9 -]+$`)

// refuseNumber refuses a number in the place of a pseudonym.
func refuseNumber(flag, value, remedy string) error {
	if written.MatchString(value) {
		return usagef("--%s 不接受号码：%s", flag, remedy)
	}
	return nil
}

// checkNatures reports the first value of --nature that is none.
func checkNatures(natures ...hotline.Nature) error {
	return allowed("nature", natures, hotline.Natures[:]...)
}

// checkParties reports the first value of a flag that is no party.
func checkParties(flag string, parties ...hotline.Responsible) error {
	return allowed(flag, parties, hotline.Parties[:]...)
}

// checkEntities reports the first entity that is not written as a kind and a value.
func checkEntities(keys []string) error {
	for _, key := range keys {
		kind, value, _ := strings.Cut(key, ":")
		if !slices.Contains(hotline.EntityKinds[:], hotline.EntityKind(kind)) || value == "" {
			return usagef("--entity %s：写成 种类:取值，种类可写 %s", key, listed(hotline.EntityKinds[:]))
		}
	}
	return nil
}

// allowed reports the first value of a flag that is none of the known ones: it would find nothing.
func allowed[T ~string](flag string, values []T, known ...T) error {
	for _, v := range values {
		if !slices.Contains(known, v) {
			return usagef("--%s %s：可写 %s", flag, v, listed(known))
		}
	}
	return nil
}

// listed writes values for a message.
func listed[T ~string](values []T) string {
	texts := make([]string, len(values))
	for k, v := range values {
		texts[k] = string(v)
	}
	return strings.Join(texts, "、")
}

func cast[T ~string](from []string) []T {
	var to []T
	for _, s := range from {
		to = append(to, T(s))
	}
	return to
}

func readTime(c *cli.Context, flag string, zone *time.Location) (time.Time, error) {
	text := c.String(flag)
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.Time{}, usagef("--%s %s：写日期，如 2026-11-01 或 2026-11-01T08:00", flag, text)
}

var span = regexp.MustCompile(`^(\d{1,5})([hdw])$`)

func readSpan(text string) (time.Duration, error) {
	m := span.FindStringSubmatch(text)
	if m == nil {
		return 0, errors.New("写小时、天或周数，如 24h、7d、8w")
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0, err
	}
	return time.Duration(n) * map[string]time.Duration{"h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]], nil
}
