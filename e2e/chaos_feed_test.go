//go:build e2e && unix

package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"suqiu/hotline"
)

// numberOf reads a number from the environment, where it is set.
func numberOf(t *testing.T, variable string, usual int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		t.Fatalf("%s=%q: must be a positive number", variable, text)
	}
	return n
}

// feed is suqiu with the configuration of one run, and the input that it produces piece by piece.
type feed struct {
	t     *testing.T
	dir   string
	suqiu suqiu

	pieces   int // that the input is divided into, of equal size
	lines    int // of the input
	files    []string
	produced chan error    // closed when all has been produced
	gate     chan struct{} // one value lets one piece be produced
	opened   int           // pieces that may be produced
	repeated int           // files that were produced again, because a broker failed; read after produced
}

func newFeed(t *testing.T, dir string, pieces int) *feed {
	t.Helper()
	return &feed{t: t, dir: dir, suqiu: suqiu{program(t, dir, "suqiu"), filepath.Join(dir, "suqiu.yaml")}, pieces: pieces,
		produced: make(chan error, 1), gate: make(chan struct{}, pieces)}
}

// configure writes the configuration, with keys of its own and what every run needs.
func (f *feed) configure(settings string) {
	f.t.Helper()
	key, err := f.suqiu.command(f.t.Context(), "key", "new", "chaos").Output()
	if err != nil {
		f.t.Fatal(err)
	}
	keys := filepath.Join(f.dir, "keys")
	settings = fmt.Sprintf("areas: [jiangdong]\nretention_days: 36500\nmask: {key_file: %q}\n", keys) + settings
	if err := errors.Join(os.WriteFile(keys, key, 0o600), os.WriteFile(f.suqiu.config, []byte(settings), 0o600)); err != nil {
		f.t.Fatal(err)
	}
}

// retry runs a command until it works: faults strike it too.
func (f *feed) retry(args ...string) {
	f.t.Helper()
	for deadline := time.Now().Add(chaosPatience); ; {
		_, err := f.suqiu.run(f.t.Context(), args...)
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			f.t.Fatalf("suqiu %s: %v", strings.Join(args, " "), err)
		}
	}
}

// produceTries is how often a file is produced before the run gives up.
const produceTries = 20

// writeInput writes the lines, each hotline's in pieces, and starts producing them, piece after piece as gate allows.
func (f *feed) writeInput(in *input) {
	all := in.deliveries()
	f.lines = len(all)
	type piece struct {
		topic string
		file  string
	}
	rounds := make([][]piece, 0, f.pieces)
	for part := range slices.Chunk(all, (len(all)+f.pieces-1)/f.pieces) {
		var round []piece
		for _, h := range hotline.Hotlines {
			p := piece{topicOf(h), filepath.Join(f.dir, fmt.Sprintf("input-%s-%02d.jsonl", h, len(rounds)))}
			file, err := os.Create(p.file)
			if err != nil {
				f.t.Fatal(err)
			}
			if err := errors.Join(in.write(file, in.share(part, h)), file.Close()); err != nil {
				f.t.Fatal(err)
			}
			round, f.files = append(round, p), append(f.files, p.file)
		}
		rounds = append(rounds, round)
	}
	ctx := f.t.Context()
	go func() {
		defer close(f.produced)
		for _, round := range rounds {
			select {
			case <-f.gate:
			case <-ctx.Done():
				return
			}
			for _, p := range round {
				for attempt := 0; ; attempt++ {
					_, err := f.suqiu.run(ctx, "produce", p.topic, p.file)
					if err == nil {
						break
					}
					if ctx.Err() != nil || attempt == produceTries {
						f.produced <- fmt.Errorf("produce %s: %w", p.file, err)
						return
					}
					f.repeated++
					time.Sleep(time.Second)
				}
			}
		}
	}()
}

// openFor lets the pieces be produced that begin before a share of the input.
func (f *feed) openFor(share float64) {
	for ; f.opened < f.pieces && float64(f.opened)/float64(f.pieces) <= share; f.opened++ {
		f.gate <- struct{}{}
	}
}
