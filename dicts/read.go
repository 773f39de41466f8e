package dicts

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/goccy/go-yaml"
)

// Entries reads the entries that the files of one name hold in the layers, in their order: an entry of a later layer takes the
// place of the one of the same key. Layers may be nil or have no such file. what names the file's subject in faults.
func Entries[T any](what, file string, parse func([]byte) ([]T, error), key func(T) string, layers ...fs.FS) ([]T, error) {
	var all []T
	for _, layer := range layers {
		if layer == nil {
			continue
		}
		data, err := fs.ReadFile(layer, file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", what, err)
		}
		own, err := parse(data)
		if err != nil {
			return nil, fmt.Errorf("read %s: %s: %w", what, file, err)
		}
		seen := map[string]bool{}
		for i, entry := range own {
			if seen[key(entry)] {
				return nil, fmt.Errorf("read %s: %s: entry %d: %s is there twice; remove one", what, file, i+1, key(entry))
			}
			seen[key(entry)] = true
			if at := slices.IndexFunc(all, func(known T) bool { return key(known) == key(entry) }); at >= 0 {
				all[at] = entry
			} else {
				all = append(all, entry)
			}
		}
	}
	return all, nil
}

// Decode reads YAML in UTF-8 whose every key must be known. A fault tells line and column.
func Decode(data []byte, into any) (err error) {
	defer func() {
		if p := recover(); p != nil { // the decoder panics on tags of wrong types
			err = fmt.Errorf("it is no such YAML: %v", p)
		}
	}()
	text, bad := Text(data)
	if bad > 0 {
		return fmt.Errorf("第 %d 行：%s", bad, NotUTF8)
	}
	if err := yaml.UnmarshalWithOptions(text, into, yaml.Strict()); err != nil {
		return errors.New(yaml.FormatError(err, false, true))
	}
	return nil
}
