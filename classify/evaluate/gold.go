// Package evaluate scores a rule set against gold records: precision, recall and F1 of relevance and of the labels,
// and the share of right natures and responsible parties, the main figures with bootstrap intervals. It reads nothing but the
// records it is given, and the same records and answers always make the same report.
package evaluate

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"suqiu/classify"
	"suqiu/hotline"
)

// Record is a contact with the labels that careful readers gave it.
type Record struct {
	ID          string                `json:"id"`
	Source      hotline.Hotline       `json:"source"`
	Kind        hotline.Kind          `json:"kind"`
	Title       string                `json:"title"`
	Text        string                `json:"text"`
	Turns       []hotline.Turn        `json:"turns"`
	Labels      []string              `json:"labels"`
	Also        []string              `json:"also"` // may be given or left out: neither a miss nor a false alarm
	Nature      []hotline.Nature      `json:"nature"`
	Responsible []hotline.Responsible `json:"responsible"`
	Found       []hotline.Responsible `json:"found"` // 查实责任, by the handlers' text; FoundNone where that doesn't say
}

// FoundNone is the gold value of a contact whose handlers don't say whose duty the matter is.
const FoundNone hotline.Responsible = "none"

// Call is the record as a call: its text is one turn of an unknown speaker.
func (r *Record) Call() *hotline.Call {
	c := &hotline.Call{Schema: hotline.Schema, Source: string(r.Source), Hotline: r.Source, ID: r.ID, Kind: r.Kind, Title: r.Title, Turns: r.Turns}
	if c.Kind == "" {
		c.Kind = hotline.KindMessage
		if len(r.Turns) > 0 {
			c.Kind = hotline.KindCall
		}
	}
	if r.Text != "" {
		c.Turns = append([]hotline.Turn{{Role: hotline.RoleUnknown, Text: r.Text}}, r.Turns...)
	}
	return c
}

// check refuses values that no answer can have: they would count as misses.
func (r *Record) check(t *classify.Taxonomy) error {
	for _, field := range []struct {
		key   string
		codes []string
	}{{"labels", r.Labels}, {"also", r.Also}} {
		for _, code := range field.codes {
			if t == nil {
				break
			}
			if err := t.Check(code); err != nil {
				return fmt.Errorf("的 %s：%w", field.key, err)
			}
		}
	}
	return cmp.Or(
		oneOf("nature", r.Nature, hotline.Natures[:]...),
		oneOf("responsible", r.Responsible, hotline.Parties[:]...),
		oneOf("found", r.Found, append(hotline.Parties[:], FoundNone)...),
	)
}

func oneOf[T ~string](key string, values []T, known ...T) error {
	for _, v := range values {
		if !slices.Contains(known, v) {
			return fmt.Errorf("的 %s：不能写 %q；可写 %s", key, v, listed(known))
		}
	}
	return nil
}

// listed writes values for a message.
func listed[T ~string](values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return strings.Join(texts, "、")
}

// maxLine bounds one record.
const maxLine = 4 << 20

// ValueError is a value of a gold record that no answer can have.
type ValueError struct {
	Line int
	ID   string
	What string // which, and what may stand there
}

func (e *ValueError) Error() string { return fmt.Sprintf("第 %d 行（%s）%s", e.Line, e.ID, e.What) }

// Read reads gold records, one JSON object a line. Each must tell its labels, of those of the taxonomy; without one records are
// read for other purposes, and their labels may be any or none. A wrong value, which no answer could match, is a *ValueError.
func Read(r io.Reader, t *classify.Taxonomy) ([]Record, error) {
	var records []Record
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var record Record
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			return nil, fmt.Errorf("第 %d 行不是有效的标注：%w；每行写一个 JSON 对象", n, err)
		}
		switch {
		case record.ID == "":
			return nil, fmt.Errorf("第 %d 行没有 id；写上不重复的编号", n)
		case record.Text == "" && len(record.Turns) == 0:
			return nil, fmt.Errorf("第 %d 行（%s）没有 text，也没有 turns；写上诉求的内容", n, record.ID)
		case record.Labels == nil && t != nil:
			return nil, fmt.Errorf("第 %d 行（%s）没有 labels；写上标签代码，与供电无关的写 []", n, record.ID)
		}
		if err := record.check(t); err != nil {
			return nil, &ValueError{n, record.ID, err.Error()}
		}
		records = append(records, record)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("第 %d 条之后的标注读不出：%w", len(records), err)
	}
	if len(records) == 0 {
		return nil, errors.New("没有标注；每行写一个 JSON 对象")
	}
	return records, nil
}
