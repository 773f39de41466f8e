// Command fold tells whether an index holds what its input says: for each call exactly one document, of the latest
// version, in the month that version belongs to. It is written against the formats alone and imports nothing but the
// standard library, so that a fault of suqiu can't hide itself here.
//
//	fold -elasticsearch http://127.0.0.1:9200 -indices 'suqiu-calls-*' INPUT...
//	fold -documents FILE INPUT...
//
// -lost FILE names lines that may or may not have been lost, such as those that a log removed before they were read; it may
// be repeated. They are not part of an INPUT.
//
// An INPUT holds native JSON, one call a line. FILE holds one document a line: id, month, content_rev, received, turns.
// The account is printed as JSON. The exit code is 0 if all is equal, 3 if not, and 1 if that could not be found out.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// Exit codes beside 0.
const (
	exitFailed    = 1
	exitDifferent = 3
)

func main() {
	account, err := run(context.Background(), os.Args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(account)
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "fold:", err)
		os.Exit(exitFailed)
	case !account.equal():
		os.Exit(exitDifferent)
	}
}

func run(ctx context.Context, args []string) (*account, error) {
	flags := flag.NewFlagSet("fold", flag.ContinueOnError)
	address := flags.String("elasticsearch", "", "URL of the Elasticsearch that holds the index")
	indices := flags.String("indices", "suqiu-calls-*", "its indices, one a month")
	documents := flags.String("documents", "", "file of documents, instead of Elasticsearch")
	var lost []string
	flags.Func("lost", "file of lines that may have been lost; may be repeated", func(name string) error {
		lost = append(lost, name)
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if (*address == "") == (*documents == "") || flags.NArg() == 0 {
		return nil, errors.New("give either -elasticsearch or -documents, and the input")
	}
	want := newFolded()
	for _, name := range flags.Args() {
		if err := readFile(name, want.read); err != nil {
			return nil, err
		}
	}
	for _, name := range lost {
		if err := readFile(name, want.readLost); err != nil {
			return nil, err
		}
	}
	compared := compareWith(want)
	var err error
	if *documents != "" {
		err = readFile(*documents, func(r io.Reader) error { return readDocuments(r, compared.see) })
	} else {
		err = (&elasticsearch{url: *address}).each(ctx, *indices, compared.see)
	}
	if err != nil {
		return nil, err
	}
	return compared.finish(), nil
}

func readFile(name string, read func(io.Reader) error) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := read(file); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// readDocuments reads documents one a line.
func readDocuments(r io.Reader, see func(*document)) error {
	for lines := json.NewDecoder(r); ; {
		var d document
		switch err := lines.Decode(&d); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read the documents: %w", err)
		}
		see(&d)
	}
}
