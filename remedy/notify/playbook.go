package notify

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"

	"github.com/goccy/go-yaml"
)

// PlaybookFile is where dictionaries keep what to answer and what to do.
const PlaybookFile = "notify/playbook.yaml"

// Play is what to answer callers and what to do about one label.
type Play struct {
	Answer string   `yaml:"answer"` // the approved answer (口径)
	Todo   []string `yaml:"todo"`
}

// Playbook (处置手册) has the plays by label.
type Playbook map[string]Play

// ReadPlaybook reads the plays of all layers; a later layer replaces single labels.
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
		plays := map[string]Play{}
		if err := yaml.UnmarshalWithOptions(data, &plays, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("playbook %s: %s", PlaybookFile, yaml.FormatError(err, false, true))
		}
		maps.Copy(book, plays)
	}
	return book, nil
}

// Play finds the play of a label, or that of the nearest label above it.
func (b Playbook) Play(label string) Play {
	for {
		if play, ok := b[label]; ok {
			return play
		}
		i := strings.LastIndexByte(label, '.')
		if i < 0 {
			return Play{}
		}
		label = label[:i]
	}
}
