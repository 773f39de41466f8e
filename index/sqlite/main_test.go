package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"

	"go.uber.org/goleak"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/sqlite"
)

// childEnv holds the job of a process that a test starts from its own binary; the job's arguments are the process's.
const childEnv = "SUQIU_SQLITE_TEST_CHILD"

func TestMain(m *testing.M) {
	var job func(s *sqlite.Store, arg string) error
	switch os.Getenv(childEnv) {
	case "":
		goleak.VerifyTestMain(m)
		return
	case "stream":
		job = stream
	case "compete":
		job = compete
	}
	if err := child(os.Args[1], os.Args[2], job); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child(path, arg string, job func(*sqlite.Store, string) error) error {
	s, err := sqlite.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(job(s, arg), s.Close())
}

const streamBatch = 50

// stream stores batch after batch until it is killed, and prints the number of each when the store has answered.
func stream(s *sqlite.Store, first string) error {
	batch, err := strconv.Atoi(first)
	for ; err == nil; batch++ {
		var docs []hotline.Document
		for i := range streamBatch {
			docs = append(docs, newCall(fmt.Sprintf("%d-%d", batch, i), "家里停电", 1))
		}
		if _, err = s.Put(context.Background(), docs); err == nil {
			_, err = fmt.Println(batch)
		}
	}
	return err
}

const (
	competeIDs        = 20
	competeVersions   = 15
	competeIncrements = 25
)

// compete writes all versions of the same calls as its siblings do, from a start of its own, and counts in the ledger.
func compete(s *sqlite.Store, start string) error {
	ctx := context.Background()
	from, err := strconv.Atoi(start)
	if err != nil {
		return err
	}
	for v := range competeVersions {
		version := (v*7+from)%competeVersions + 1 // 7 shares no factor with the number of versions: all come, none in order
		var docs []hotline.Document
		for i := range competeIDs {
			docs = append(docs, newCall(strconv.Itoa(i), fmt.Sprintf("第%d版", version), int64(version)))
		}
		if _, err := s.Put(ctx, docs); err != nil {
			return err
		}
	}
	for done := 0; done < competeIncrements; {
		r, err := s.GetRecord(ctx, "counter")
		if err != nil && !errors.Is(err, index.ErrNotFound) {
			return err
		}
		n := 0
		if err == nil {
			if n, err = strconv.Atoi(string(r.Value)); err != nil {
				return err
			}
		}
		switch _, err = s.PutRecord(ctx, "counter", []byte(strconv.Itoa(n+1)), r.Rev); {
		case err == nil:
			done++
		case !errors.Is(err, index.ErrConflict):
			return err
		}
	}
	return nil
}

// newCall is a valid document.
func newCall(id, text string, contentRev int64) hotline.Document {
	return hotline.Document{
		Call: hotline.Call{
			Schema: hotline.Schema, Source: "95598", Hotline: hotline.Hotline95598, ID: id, Kind: hotline.KindCall,
			Received: noon, Precision: hotline.PrecisionSecond, ContentRev: contentRev, Matter: "95598:" + id,
			Turns: []hotline.Turn{{Role: hotline.RoleCustomer, Text: text}},
		},
		Analysis: hotline.Analysis{RulesetRev: 1},
	}
}
