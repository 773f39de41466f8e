package sqlite_test

import (
	"fmt"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
	"suqiu/index/storetest"
)

func TestDropper(t *testing.T) { storetest.RunDropper(t, open(t)) }

// TestDropManyCalls: more calls than go in one transaction.
func TestDropManyCalls(t *testing.T) {
	s := open(t)
	var docs []hotline.Document
	for i := range 4500 {
		docs = append(docs, newCall(fmt.Sprint(i), "停电", 1))
	}
	if _, err := s.Put(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	month := noon.In(calendar.Shanghai())
	month = time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, month.Location())
	if err := s.DropMonth(t.Context(), month); err != nil {
		t.Fatal(err)
	}
	if months, err := s.Months(t.Context()); err != nil || len(months) != 0 {
		t.Errorf("months: got %v, %v, want none", months, err)
	}
	verdicts, err := s.Put(t.Context(), docs[:1])
	if err != nil || verdicts[0].Outcome != hotline.Stored {
		t.Errorf("put again: got %v, %v, want stored", verdicts, err)
	}
}
