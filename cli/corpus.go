package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v2"

	"suqiu/hotline"
	"suqiu/index"
)

// corpusFlags choose the calls that rules are looked at over, besides the files named.
func corpusFlags(more ...cli.Flag) []cli.Flag {
	return append(append(more,
		&cli.BoolFlag{Name: "stored", Usage: "the stored contacts too, narrowed down by the filters"},
	), filterFlags()...)
}

// corpus hands over, masked, every contact of the files and, where asked for, of the store. What can't be read is counted.
func (s *session) corpus(c *cli.Context, files []string, hand func(call *hotline.Call)) (unread int, err error) {
	if len(files) == 0 && !c.Bool("stored") {
		return 0, usagef("要看哪些诉求？写文件名，或加 --stored；用法见 %s --help", c.Command.HelpName)
	}
	if len(files) > 0 {
		pipeline, err := s.lookingPipeline(unlabelled{})
		if err != nil {
			return 0, err
		}
		for _, name := range files {
			input, label, err := s.openInput(name)
			if err != nil {
				return unread, err
			}
			bar := newProgress(s.env.Stderr, label)
			err = s.analyse(c.Context, pipeline, s.typedSource(), label, &counted{Reader: input, size: sizeOf(input), bar: bar}, func(a analysed) error {
				switch {
				case a.dead != nil:
					unread++
				case !a.doc.Call.Tombstone:
					hand(&a.doc.Call)
				}
				return nil
			})
			bar.done()
			_ = input.Close() // it was only read
			if err != nil {
				return unread, err
			}
		}
	}
	if !c.Bool("stored") {
		return unread, nil
	}
	return unread, s.scanStore(c, hand)
}

// scanStore hands over the stored contacts that the filters accept.
func (s *session) scanStore(c *cli.Context, hand func(call *hotline.Call)) error {
	filter, err := readFilter(c, s.env.Now(), s.zone)
	if err == nil {
		err = s.checkFilter(&filter)
	}
	if err != nil {
		return err
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	return index.Each(c.Context, store, filter, func(doc *hotline.Document) { hand(&doc.Call) })
}

// unlabelled is the analysis of what is read to be analysed by others.
type unlabelled struct{}

func (unlabelled) Analyze(*hotline.Call) hotline.Analysis { return hotline.Analysis{} }

// counted tells how much of a file was read.
type counted struct {
	io.Reader
	done, size int64
	bar        *progress
}

func (r *counted) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.done += int64(n)
	r.bar.set(r.done, r.size)
	return n, err
}

// sizeOf is the size of a file, 0 where it has none.
func sizeOf(r io.Reader) int64 {
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return info.Size()
		}
	}
	return 0
}

// tellUnread says on standard error how many contacts could not be read.
func (s *session) tellUnread(unread int) {
	if unread > 0 {
		fmt.Fprintf(s.env.Stderr, "无法解析 %d 件；suqiu classify 逐件说明原因\n", unread)
	}
}
