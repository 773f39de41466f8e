package sqlite_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/sqlite"
	"suqiu/index/storetest"
)

// open gives a store in a file of the test's own.
func open(t testing.TB) *sqlite.Store {
	t.Helper()
	return openFile(t, filepath.Join(t.TempDir(), "store.db"))
}

func openFile(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) index.Store { return open(t) })
}

// noon is when the calls of these tests are received.
var noon = time.Date(2026, time.March, 10, 4, 0, 0, 0, time.UTC)

// TestMatchesAsDefined holds the full-text index against the definition of a match, on texts and queries drawn from few
// pieces, so that most queries match some.
func TestMatchesAsDefined(t *testing.T) {
	s, r := open(t), rand.New(rand.NewPCG(3, 4))
	pieces := []string{"停", "电", "表", "坏", "K8s", "3.14", "a_b", "don't", "א\"ב", "😡", "，", "|", "。", " ", "Ｂ", "b", "a:b", "NOT", "*", "é"}
	draw := func(atMost int) string {
		var b strings.Builder
		for range 1 + r.IntN(atMost) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		return b.String()
	}
	var docs []hotline.Document
	for i := range 300 {
		doc := newCall(fmt.Sprintf("%03d", i), draw(12)+"。停", 1)
		doc.Call.Turns = append(doc.Call.Turns, hotline.Turn{Role: hotline.RoleAgent, Text: draw(6)})
		docs = append(docs, doc)
	}
	if _, err := s.Put(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	matched := 0
	for range 400 {
		query := "「" + draw(3) + "」"
		switch r.IntN(3) {
		case 0:
			query += " 「" + draw(2) + "」"
		case 1:
			query += " -「" + draw(2) + "」"
		}
		words, err := index.ParseWords(query)
		if err != nil {
			continue // nothing but punctuation
		}
		var want []string
		for _, d := range docs {
			if matches(words, d.Call.Turns) {
				want = append(want, d.Call.ID)
			}
		}
		result, err := s.Search(t.Context(), index.Query{Words: query, Size: len(docs)})
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		var got []string
		for _, f := range result.Found {
			got = append(got, f.Document.Call.ID)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", query, got, want)
		}
		matched += len(want)
	}
	if matched == 0 {
		t.Error("no query matched anything")
	}
}

// matches is the definition of index.Words, word for word.
func matches(words index.Words, turns []hotline.Turn) bool {
	occurs := func(p index.Phrase) bool {
		return len(index.Words{All: []index.Phrase{p}}.Highlights(turns)) > 0
	}
	return !slices.ContainsFunc(words.None, occurs) &&
		!slices.ContainsFunc(words.All, func(p index.Phrase) bool { return !occurs(p) })
}
