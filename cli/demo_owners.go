package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"

	"suqiu/dicts"
	"suqiu/index"
	"suqiu/remedy/owner"
)

// sampleOwners takes the invented people of the demo's province into the ledger, where there are no others.
func (s *session) sampleOwners(ctx context.Context, store index.Ledger) error {
	names, err := s.ownerNames()
	if err != nil {
		return err
	}
	for _, kind := range owner.Kinds {
		name := "owners/jiangdong/" + string(kind) + ".csv"
		file, err := dicts.Embedded().Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		table, err := owner.ReadTable(file, name, kind, names)
		if err = errors.Join(err, file.Close()); err != nil {
			return err
		}
		value, err := json.Marshal(table)
		if err != nil {
			return err
		}
		if _, err := store.PutRecord(ctx, ownerPrefix+string(kind), value, 0); err != nil {
			return err
		}
	}
	return nil
}
