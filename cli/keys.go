package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"suqiu/hint"
	"suqiu/ingest/mask"
)

// masker masks texts and makes pseudonyms with the configured keys.
func (s *session) masker() (*mask.Masker, error) { return s.keys() }

func (s *session) loadKeys() (*mask.Masker, error) {
	text := strings.ReplaceAll(string(s.cfg.Mask.Keys), ",", "\n")
	if s.cfg.Mask.KeyFile != "" {
		file, err := os.ReadFile(s.cfg.Mask.KeyFile)
		if err != nil {
			return nil, wrongSetting(hint.With(fmt.Errorf("mask.key_file: %w", err), hint.Of(hint.KeyFile)))
		}
		if err := checkKeyFile(s.cfg.Mask.KeyFile); err != nil {
			s.log.Warn("the key file is not secret", "err", err)
		}
		text = string(file)
	}
	if strings.TrimSpace(text) == "" && s.cfg.Embedded {
		made, err := s.embeddedKey()
		if err != nil {
			return nil, err
		}
		text = made
	}
	keyring, err := mask.ParseKeyring(text)
	if err != nil {
		return nil, wrongSetting(err)
	}
	masker, err := mask.New(keyring, s.cfg.Mask.OwnNumbers)
	if err != nil {
		return nil, wrongSetting(err)
	}
	return masker, nil
}

// checkKeyFile finds a key file that every user of the machine can read: who has the keys can find out whom a pseudonym
// stands for. Windows tells nothing of that in the mode.
func checkKeyFile(path string) error {
	if path == "" || runtime.GOOS == "windows" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("mask.key_file: %w", err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return hint.With(fmt.Errorf("mask.key_file: all users may use %s, its mode is %04o", path, info.Mode().Perm()), hint.Of(hint.KeyOpen))
	}
	return nil
}

// embeddedKey makes a key for the data folder when it has none: what is stored there needs the same one again.
func (s *session) embeddedKey() (string, error) {
	path := filepath.Join(s.cfg.Data, "pseudonym.key")
	text, err := os.ReadFile(path)
	if err == nil {
		return string(text), nil
	}
	if !os.IsNotExist(err) {
		return "", fmt.Errorf("read the key of the data folder: %w", err)
	}
	if err := os.MkdirAll(s.cfg.Data, 0o700); err != nil {
		return "", fmt.Errorf("make the data folder: %w", err)
	}
	// The key appears under its name only when it is whole; of two processes at once one wins.
	draft, err := os.CreateTemp(s.cfg.Data, "pseudonym-*.tmp")
	if err != nil {
		return "", fmt.Errorf("keep the key of the data folder: %w", err)
	}
	defer os.Remove(draft.Name())
	_, err = draft.WriteString(mask.NewKey("local") + "\n")
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return "", fmt.Errorf("keep the key of the data folder: %w", err)
	}
	if err := os.Link(draft.Name(), path); err != nil && !os.IsExist(err) {
		return "", fmt.Errorf("keep the key of the data folder: %w", err)
	}
	text, err = os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the key of the data folder: %w", err)
	}
	return string(text), nil
}
