package notify

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"

	"suqiu/dicts"
)

// PlaybookFile is where dictionaries keep what to do.
const PlaybookFile = "notify/playbook.yaml"

// Playbook (处置要点) says by label what its owner has to do.
type Playbook map[string][]string

// ReadPlaybook reads what all layers say; a later layer replaces single labels.
func ReadPlaybook(layers ...fs.FS) (Playbook, error) {
	book := Playbook{}
	for _, layer := range layers {
		if layer == nil {
			continue
		}
		data, err := fs.ReadFile(layer, PlaybookFile)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("playbook: %w", err)
		}
		var read Playbook
		if err := dicts.Decode(data, &read); err != nil {
			return nil, fmt.Errorf("playbook %s: %w", PlaybookFile, err)
		}
		maps.Copy(book, read)
	}
	return book, nil
}

// Todo is what to do about a label, or about the nearest label above it that the book has.
func (b Playbook) Todo(label string) []string {
	for {
		if todo, ok := b[label]; ok {
			return todo
		}
		i := strings.LastIndexByte(label, '.')
		if i < 0 {
			return nil
		}
		label = label[:i]
	}
}
