package classify

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"suqiu/dicts"
)

const (
	taxonomyPath = "taxonomy.yaml"
	cuesPath     = "cues.yaml"
	variantsPath = "lexicon/variants.txt"
)

// maxSourceBytes bounds the files of one rule set.
const maxSourceBytes = 32 << 20

// file is one source file of a rule set; layer 0 is the base, higher layers lie over it.
type file struct {
	layer int
	path  string
	shown string // the path as its author knows it; empty where that is not known
	data  []byte
}

// name is how errors speak of the file.
func (f file) name() string { return cmp.Or(f.shown, f.key()) }

// key tells the file from all others of the set, wherever its layer was read from.
func (f file) key() string {
	if f.layer == 0 {
		return f.path
	}
	return fmt.Sprintf("overlay%d/%s", f.layer, f.path)
}

// shownIn is the path of a file of a layer as its author knows it: a layer that names its folder (fmt.Stringer) is one
// of a user's.
func shownIn(layer fs.FS, name string) string {
	if folder, ok := layer.(fmt.Stringer); ok {
		return filepath.Join(folder.String(), filepath.FromSlash(name))
	}
	return ""
}

// readLayers reads the files that belong to a rule set, layer by layer, each in the order of paths.
func readLayers(layers []fs.FS) ([]file, error) {
	return readPatterns(layers, taxonomyPath, marksPath, cuesPath, wordsPath, "rules/*.yaml", examplesFolder+"*.yaml", "lexicon/*.txt")
}

// HoldsRules reports whether a folder holds any file of a rule set, so that it can lie over the built-in dictionaries.
func HoldsRules(folder fs.FS) bool {
	files, err := readLayers([]fs.FS{folder})
	return err == nil && len(files) > 0
}

// readPatterns reads the files of the patterns, layer by layer, each in the order of paths.
func readPatterns(layers []fs.FS, patterns ...string) ([]file, error) {
	var files []file
	size := 0
	for layer, fsys := range layers {
		if fsys == nil { // no overlay
			continue
		}
		var paths []string
		for _, pattern := range patterns {
			found, err := fs.Glob(fsys, pattern)
			if err != nil {
				return nil, fmt.Errorf("list %s of layer %d: %w", pattern, layer, err)
			}
			paths = append(paths, found...)
		}
		slices.Sort(paths)
		for _, path := range paths {
			data, err := fs.ReadFile(fsys, path)
			if err != nil {
				return nil, fmt.Errorf("read %s of layer %d: %w", path, layer, err)
			}
			if size += len(data); size > maxSourceBytes {
				return nil, fmt.Errorf("read %s of layer %d: the rule set is larger than %d bytes", path, layer, maxSourceBytes)
			}
			files = append(files, file{layer, path, shownIn(fsys, path), data})
		}
	}
	return files, nil
}

// plain gives the files as text (dicts.Text). Those that are not UTF-8 would be read as words that no contact has, so they are
// told whole, as a *LoadError.
func plain(files []file) ([]file, error) {
	var p problems
	text := slices.Clone(files)
	for i, f := range files {
		var bad int
		if text[i].data, bad = dicts.Text(f.data); bad > 0 {
			p.add(f, bad, 1, "%s", dicts.NotUTF8)
		}
	}
	return text, p.err()
}

// archive writes the files as one text: a line "-- layer path bytes --", then the bytes and a line break, for each.
// Files of examples decide nothing, so they are no part of it: a better example makes no new revision.
func archive(files []file) []byte {
	var b bytes.Buffer
	for _, f := range files {
		if f.isExamples() {
			continue
		}
		fmt.Fprintf(&b, "-- %d %s %d --\n", f.layer, f.path, len(f.data))
		b.Write(f.data)
		b.WriteByte('\n')
	}
	return b.Bytes()
}

var errArchive = errors.New("read the archived rule set: the text is damaged")

// unarchive gives back the files that archive wrote.
func unarchive(source []byte) ([]file, error) {
	var files []file
	for len(source) > 0 {
		header, rest, ok := bytes.Cut(source, []byte("\n"))
		fields := strings.Fields(string(header))
		if !ok || len(fields) != 5 || fields[0] != "--" || fields[4] != "--" {
			return nil, errArchive
		}
		layer, err := strconv.Atoi(fields[1])
		size, err2 := strconv.Atoi(fields[3])
		if err != nil || err2 != nil || layer < 0 || size < 0 || size >= len(rest) {
			return nil, errArchive
		}
		files = append(files, file{layer: layer, path: fields[2], data: rest[:size:size]})
		source = rest[size+1:]
	}
	return files, nil
}

// hashSource identifies a rule set: its files and the version of what reads them.
func hashSource(source []byte) string {
	h := sha256.New()
	h.Write([]byte(Version + "\n"))
	h.Write(source)
	return hex.EncodeToString(h.Sum(nil))
}
