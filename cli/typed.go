package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"time"

	"suqiu/hotline"
	"suqiu/ingest"
	"suqiu/ingest/decode"
	"suqiu/ingest/mask"
)

// analysed is one contact of a file that was classified without being stored, or why it can't be read.
type analysed struct {
	line int64
	doc  *hotline.Document
	dead *ingest.DeadLetter
}

// typedPipeline masks and classifies what is typed or read from a file only to be looked at.
func (s *session) typedPipeline() (*ingest.Pipeline, error) {
	rules, err := s.rules()
	if err != nil {
		return nil, err
	}
	return s.lookingPipeline(rules)
}

// lookingPipeline masks what is only to be looked at. Its pseudonyms are made with a key that is thrown away, so it needs
// no configuration.
func (s *session) lookingPipeline(analyze ingest.Analyzer) (*ingest.Pipeline, error) {
	masker, err := s.lookingMasker()
	if err != nil {
		return nil, err
	}
	areas, err := s.areas()
	if err != nil {
		return nil, err
	}
	return &ingest.Pipeline{Locate: areas, Mask: masker, Analyze: analyze, Clock: ingest.SystemClock{}}, nil
}

// lookingMasker masks typed text of which no pseudonym is kept.
func (s *session) lookingMasker() (*mask.Masker, error) {
	keyring, err := mask.ParseKeyring(mask.NewKey("typed"))
	if err != nil {
		return nil, err
	}
	return mask.New(keyring, s.cfg.Mask.OwnNumbers)
}

// typedSource reads whatever there is: the format by content, and the present as the time where none is told.
func (s *session) typedSource() *decode.Source {
	return &decode.Source{
		Name: string(hotline.Hotline95598), Hotline: hotline.Hotline95598, Format: decode.Auto,
		Zone: s.zone, Received: s.env.Now(),
	}
}

// analyse classifies every contact of a file with all processors and hands the results over in the file's order.
func (s *session) analyse(ctx context.Context, p *ingest.Pipeline, src *decode.Source, name string, r io.Reader, hand func(analysed) error) error {
	reader, err := decode.NewReader(src, &decode.Input{File: name}, r)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	queue := make(chan chan []analysed, 4*runtime.GOMAXPROCS(0))
	failed := make(chan error, 1)
	go func() {
		defer close(queue)
		slots := make(chan struct{}, runtime.GOMAXPROCS(0))
		for {
			item, err := reader.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				failed <- fmt.Errorf("read %s: %w", name, err)
				return
			}
			result := make(chan []analysed, 1)
			select {
			case queue <- result:
			case <-ctx.Done():
				failed <- ctx.Err()
				return
			}
			slots <- struct{}{}
			go func() {
				defer func() { <-slots }()
				result <- s.analyseItem(p, src, name, &item)
			}()
		}
	}()
	for result := range queue {
		for _, a := range <-result {
			if err := hand(a); err != nil {
				return err
			}
		}
	}
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

func (s *session) analyseItem(p *ingest.Pipeline, src *decode.Source, name string, item *decode.Item) []analysed {
	place := ingest.Place{ID: fmt.Sprintf("%s:%d", name, item.Line), Origin: hotline.Origin{File: name, Line: item.Line}}
	in := &decode.Input{Value: item.Raw, File: name, Arrived: s.env.Now().Add(time.Minute)}
	var all []analysed
	for _, entry := range p.Item(src, item, in, place) {
		all = append(all, analysed{line: item.Line, doc: entry.Document, dead: entry.Dead})
	}
	return all
}

// openInput opens a file, or standard input for "-" and for no name at all.
func (s *session) openInput(name string) (io.ReadCloser, string, error) {
	if name == "" || name == "-" {
		return io.NopCloser(s.env.Stdin), "stdin", nil
	}
	file, err := openFile(name)
	if err != nil {
		return nil, "", err
	}
	return file, name, nil
}

// openFile opens a file that a command line names.
func openFile(name string) (*os.File, error) {
	file, err := os.Open(name)
	return file, fileFault(name, err)
}

// readFile reads a file that a command line names.
func readFile(name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	return data, fileFault(name, err)
}

// fileFault says in Chinese what to do where a file that a command line names can't be opened; other errors stay as they are.
func fileFault(name string, err error) error {
	if fault := new(fs.PathError); !errors.As(err, &fault) || fault.Path != name {
		return err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s：没有这个文件，核对文件名和路径（%w）", name, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s：没有读取权限，请给当前用户读的权限（%w）", name, err)
	}
	return err
}
