package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"suqiu/index"
	"suqiu/remedy/owner"
)

func (s *session) ownerImport(c *cli.Context) error {
	if c.NArg() != 2 {
		return usagef("owner import 要写表的种类和文件；用法见 suqiu owner import --help")
	}
	kind, name := owner.Kind(c.Args().Get(0)), c.Args().Get(1)
	if !slices.Contains(owner.Kinds[:], kind) {
		return usagef("没有 %q 这种表；可写 %s", kind, listed(owner.Kinds[:]))
	}
	file, err := openFile(name)
	if err != nil {
		return err
	}
	defer file.Close()
	names, err := s.ownerNames()
	if err != nil {
		return err
	}
	table, err := owner.ReadTable(file, name, kind, names)
	if err != nil {
		return err
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	diff, put, err := s.mergeOwners(c, store, names.Policy, table, c.Bool("replace"))
	if err != nil {
		return err
	}
	fmt.Fprintln(s.env.Stdout, diff.String())
	switch {
	case !c.Bool("apply"):
		fmt.Fprintln(s.env.Stdout, "未写入；加 --apply 写入")
		return nil
	case diff.Empty():
		return nil
	}
	if err := put(); err != nil {
		return err
	}
	fmt.Fprintln(s.env.Stdout, "已写入")
	return nil
}

// ownerNames is what tables of owners are read with.
func (s *session) ownerNames() (owner.Names, error) {
	policy, err := s.policy()
	if err != nil {
		return owner.Names{}, err
	}
	trees, err := s.areas()
	if err != nil {
		return owner.Names{}, err
	}
	return owner.Names{Policy: policy, Area: trees.Path}, nil
}

// mergeOwners lays a table over the kept ones, sees that all of them together can be used, and returns what would change and
// how to write it.
func (s *session) mergeOwners(c *cli.Context, store index.Store, policy *owner.Policy, table *owner.Table, replace bool) (owner.Diff, func() error, error) {
	tables, revs, err := ownerTables(c.Context, store)
	if err != nil {
		return owner.Diff{}, nil, err
	}
	merged, diff := owner.Merge(tables[table.Kind], table, replace)
	tables[table.Kind] = merged
	days, err := s.holidays()
	if err != nil {
		return diff, nil, err
	}
	if _, err := owner.New(policy, tables, days); err != nil {
		return diff, nil, err
	}
	return diff, func() error {
		value, err := json.Marshal(merged)
		if err != nil {
			return err
		}
		if err := s.ownFolder(); err != nil {
			return err
		}
		_, err = store.PutRecord(c.Context, ownerPrefix+string(table.Kind), value, revs[table.Kind])
		if errors.Is(err, index.ErrConflict) {
			return fmt.Errorf("表刚被别人改动；请重新核对差异：%w", err)
		}
		return err
	}, nil
}
