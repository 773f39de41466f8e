package area

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Change is a row that a table would add to what is loaded, or alter in it.
type Change struct {
	Key         string
	Line        int      // in the table
	Before, Now []string // values by column; Before is nil for a new row
}

// Diff is what a table would do to what is loaded. Account numbers are personal data: of accounts only the numbers of
// rows are told.
type Diff struct {
	Kind                 Kind
	Added, Changed       []Change
	NewRows, AlteredRows int
	Same                 int
}

// Check tells what the table would change, and fails with a *table.Error if the tables together were wrong with it:
// unknown parents, cycles, two places of one path, references to nothing.
func (t *Trees) Check(table *Table) (Diff, error) {
	if table.Kind == Accounts {
		return t.checkAccounts(table)
	}
	sets := maps.Clone(t.sets)
	sets[table.Kind] = t.sets[table.Kind].with(table)
	sets[Accounts] = newSet()
	if _, err := build(sets); err != nil {
		return Diff{}, err
	}
	d := Diff{Kind: table.Kind}
	for _, row := range table.Rows {
		key := table.Kind.key(row)
		before, known := t.sets[table.Kind].rows[key]
		switch {
		case !known:
			d.Added = append(d.Added, Change{Key: key, Line: row.Line, Now: row.Values})
		case slices.Equal(before.Values, row.Values):
			d.Same++
		default:
			d.Changed = append(d.Changed, Change{Key: key, Line: row.Line, Before: before.Values, Now: row.Values})
		}
	}
	d.NewRows, d.AlteredRows = len(d.Added), len(d.Changed)
	return d, nil
}

func (t *Trees) checkAccounts(table *Table) (Diff, error) {
	s := newSet()
	s.add(table)
	now, err := t.buildAccounts(s)
	if err != nil {
		return Diff{}, err
	}
	d := Diff{Kind: Accounts}
	compare := func(before, now map[string]*node) {
		for account, n := range now {
			switch before[account] {
			case nil:
				d.NewRows++
			case n:
				d.Same++
			default:
				d.AlteredRows++
			}
		}
	}
	compare(t.accounts.whole, now.whole)
	compare(t.accounts.prefixes, now.prefixes)
	return d, nil
}

// String is the diff for people: + new, ~ altered (only the columns that differ), and a last line of numbers.
func (d Diff) String() string {
	var b strings.Builder
	for _, c := range d.Added {
		fmt.Fprintf(&b, "+ 第%d行 %s\n", c.Line, strings.Join(c.Now, ","))
	}
	cols := columns(d.Kind)
	for _, c := range d.Changed {
		fmt.Fprintf(&b, "~ 第%d行 %s", c.Line, c.Key)
		for i := range c.Now {
			if c.Now[i] != c.Before[i] {
				fmt.Fprintf(&b, " %s: %q → %q", cols[i].Chinese, c.Before[i], c.Now[i])
			}
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "新增 %d 行，修改 %d 行，相同 %d 行\n", d.NewRows, d.AlteredRows, d.Same)
	return b.String()
}

// Merge adds the table's rows to the file of its kind in the user's folder dir, replacing rows with the same key, makes
// the folder if there is none, and returns the file's name. The file is replaced as a whole, so that a reader never sees
// half of it; remarks in it are lost. Merge does not check what the rows refer to: call Trees.Check first.
func (table *Table) Merge(dir string) (name string, err error) {
	merged := newSet()
	name = filepath.Join(dir, table.Kind.file())
	old, err := os.Open(name)
	switch {
	case err == nil:
		existing, err := ReadTable(old, name, table.Kind)
		if err = errors.Join(err, old.Close()); err != nil {
			return "", err
		}
		merged.add(existing)
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("merge area table: %w", err)
	}
	merged.add(table)

	var b bytes.Buffer
	w := csv.NewWriter(&b)
	records := [][]string{strings.Split(Header(table.Kind), ",")}
	for _, key := range merged.keys {
		records = append(records, merged.rows[key].Values)
	}
	if err := w.WriteAll(records); err != nil {
		return "", fmt.Errorf("merge area table %s: %w", name, err)
	}
	return name, replaceFile(name, b.Bytes())
}

// replaceFile writes a file beside the old one and renames it. Only the owner may read it: accounts are personal data.
func replaceFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("write area table: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("write area table: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // there is none after the rename
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write area table %s: %w", name, err)
	}
	return nil
}
