// Package maskeval measures masking on texts it makes up: work orders, messages and transcripts in which personal
// data of every kind is planted in many written and spoken forms, beside numbers that look alike and must stay. The
// same seed always gives the same texts. All persons and numbers are invented.
package maskeval

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
	"suqiu/ingest/decode"
	"suqiu/ingest/mask"
)

// Item is one thing planted in a sample: personal data, or a decoy that must stay. Pieces are the strings that it was
// written as; more than one when it is spread over turns.
type Item struct {
	Kind   string
	Form   string // how it is written, for finding what was missed
	Pieces []string
}

// Sample is one record with what was planted in it.
type Sample struct {
	Record  decode.Record
	Planted []Item
	Decoys  []Item
}

// Corpus makes n samples.
func Corpus(seed uint64, n int) []Sample {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0x5eed))}
	samples := make([]Sample, n)
	for i := range samples {
		samples[i] = g.sample(i)
	}
	return samples
}

// Tally counts the items of one kind.
type Tally struct {
	Items int // planted
	Hit   int // masked, of personal data; touched, of decoys
}

// Report is what masking did to a corpus. Masked and Touched are by kind; Missed names up to 20 items that were not
// treated as they should be, by kind and form, without their digits.
type Report struct {
	Seed    uint64
	Texts   int
	Planted map[string]Tally
	Decoys  map[string]Tally
	Missed  []string
}

// maxMissed bounds the examples of a report.
const maxMissed = 20

// Evaluate masks a corpus of n samples and counts.
func Evaluate(seed uint64, n int) (Report, error) {
	keyring, err := mask.ParseKeyring(mask.NewKey("bench"))
	if err != nil {
		return Report{}, err
	}
	masker, err := mask.New(keyring, nil)
	if err != nil {
		return Report{}, err
	}
	r := Report{Seed: seed, Texts: n, Planted: map[string]Tally{}, Decoys: map[string]Tally{}}
	for _, s := range Corpus(seed, n) {
		call := masker.Call(&s.Record)
		text := call.Title + "\n" + call.Text(nil)
		for _, it := range s.Planted {
			masked := !slices.ContainsFunc(it.Pieces, func(p string) bool {
				return strings.Contains(text, p) || it.Kind == kindName && beheaded(text, p)
			})
			r.count(r.Planted, it, masked, !masked)
		}
		for _, it := range s.Decoys {
			touched := slices.ContainsFunc(it.Pieces, func(p string) bool { return !strings.Contains(text, p) })
			r.count(r.Decoys, it, touched, touched)
		}
	}
	return r, nil
}

func (r *Report) count(tallies map[string]Tally, it Item, hit, wrong bool) {
	t := tallies[it.Kind]
	t.Items++
	if hit {
		t.Hit++
	}
	tallies[it.Kind] = t
	if wrong && len(r.Missed) < maxMissed {
		r.Missed = append(r.Missed, it.Kind+" "+it.Form)
	}
}

// Masked returns how many of the planted items were masked, and of how many.
func (r *Report) Masked() (masked, planted int) { return total(r.Planted) }

// Touched returns how many of the decoys were touched, and of how many.
func (r *Report) Touched() (touched, decoys int) { return total(r.Decoys) }

func total(tallies map[string]Tally) (hit, items int) {
	for _, t := range tallies {
		hit, items = hit+t.Hit, items+t.Items
	}
	return hit, items
}

// String is the report as a table.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "脱敏评测 种子 %d 文本 %d\n", r.Seed, r.Texts)
	table(&b, "个人信息", "植入", "已脱敏", r.Planted)
	table(&b, "相似号码(应保留)", "植入", "误脱敏", r.Decoys)
	if len(r.Missed) > 0 {
		fmt.Fprintf(&b, "未按要求处理的写法:\n")
		for _, m := range r.Missed {
			fmt.Fprintf(&b, "  %s\n", m)
		}
	}
	return b.String()
}

func table(b *strings.Builder, title, items, hit string, tallies map[string]Tally) {
	fmt.Fprintf(b, "%s\t%s\t%s\t比例\n", title, items, hit)
	kinds := slices.SortedFunc(maps.Keys(tallies), cmp.Compare[string])
	for _, kind := range kinds {
		row(b, kind, tallies[kind])
	}
	h, n := total(tallies)
	row(b, "合计", Tally{Items: n, Hit: h})
}

func row(b *strings.Builder, kind string, t Tally) {
	fmt.Fprintf(b, "%s\t%d\t%d\t%.3f%%\n", kind, t.Items, t.Hit, 100*float64(t.Hit)/float64(max(1, t.Items)))
}

// native is a sample in the native JSON form that suqiu reads.
type native struct {
	Schema   int            `json:"schema"`
	ID       string         `json:"id"`
	Hotline  string         `json:"hotline"`
	Kind     string         `json:"kind"`
	Received string         `json:"received"`
	Title    string         `json:"title,omitempty"`
	Text     string         `json:"text,omitempty"`
	Turns    []hotline.Turn `json:"turns,omitempty"`
	Caller   string         `json:"caller,omitempty"`
	Account  string         `json:"account,omitempty"`
	Names    []string       `json:"names,omitempty"`
}

// common reports whether piece is so few figures that times and order numbers hold them too.
func common(piece string) bool { return len(piece) < 7 && strings.Trim(piece, "0123456789") == "" }

// WriteNative writes the samples as native JSON lines and returns every raw string that must be found nowhere once
// they have been read: callers, accounts, names, and the pieces of what was planted except those of a few figures.
func WriteNative(w io.Writer, samples []Sample) (raw []string, err error) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, s := range samples {
		c, p := &s.Record.Call, &s.Record.Person
		line := native{
			Schema: hotline.Schema, ID: c.ID, Hotline: string(c.Hotline), Kind: string(c.Kind),
			Received: c.Received.Format(time.RFC3339), Title: c.Title, Caller: p.Phone, Account: p.Account, Names: p.Names,
		}
		if c.Kind == hotline.KindCall {
			line.Turns = c.Turns
		} else {
			line.Text = c.Text(nil)
		}
		if err := enc.Encode(&line); err != nil {
			return nil, fmt.Errorf("writing sample %s: %w", c.ID, err)
		}
		for _, it := range s.Planted {
			for _, piece := range it.Pieces {
				if !common(piece) {
					raw = append(raw, piece)
				}
			}
		}
		raw = append(raw, p.Names...)
		for _, number := range []string{p.Phone, p.Account} {
			if number != "" {
				raw = append(raw, number)
			}
		}
	}
	return raw, nil
}
