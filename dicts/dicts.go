// Package dicts holds suqiu's data, compiled into the binary: lexicon, taxonomy, rules, cues, areas, holidays. A folder of the
// user's with the same layout overlays it; how two entries merge is up to the package that reads them.
package dicts

import (
	"embed"
	"fmt"
	"io/fs"
	"os"

	"suqiu/hint"
)

//go:embed *
var files embed.FS

// Embedded returns the data that the binary ships.
func Embedded() fs.FS { return files }

// folder is a user's folder, which errors about its files name.
type folder struct {
	fs.FS
	dir string
}

func (f folder) String() string { return f.dir }

// Overlay opens a user's folder of dictionaries. An empty dir gives nil: there is no overlay. The file system tells the folder by
// String, so that errors can name its files as the user does.
func Overlay(dir string) (fs.FS, error) {
	if dir == "" {
		return nil, nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, hint.With(fmt.Errorf("open the dictionary folder: %w", err), hint.Of(hint.Dicts))
	}
	if !info.IsDir() {
		return nil, hint.With(fmt.Errorf("open the dictionary folder: %s is a file, not a folder", dir), hint.Of(hint.DictsFolder))
	}
	return folder{os.DirFS(dir), dir}, nil
}
