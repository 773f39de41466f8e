package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"suqiu/ingest/area"
	"suqiu/ingest/decode"
)

func areaCommand(env Env) *cli.Command {
	return parent("area", "地区与网格 · places and grid cells",
		&cli.Command{
			Name: "stats", Usage: "按方法统计定位率 · share of contacts placed, by method", ArgsUsage: "FILE...",
			Description: "Example:\n   suqiu area stats orders.csv --hotline 12345",
			Flags:       settingFlags(sourceFlags()...),
			Action:      inSession(env, (*session).areaStats),
		},
		&cli.Command{
			Name: "import", Usage: "导入自己的表 · check a table of yours and put it into the dictionary folder", ArgsUsage: "KIND TABLE",
			Description: `KIND is divisions, grid, units, places or accounts; TABLE is CSV or xlsx with the columns of dicts/areas/README.md. What would change is
shown first; --apply writes it.

Example:
   suqiu area import grid 台区表.xlsx --dicts my-dicts --apply`,
			Flags:  settingFlags(&cli.BoolFlag{Name: "apply", Usage: "write the table into the dictionary folder"}),
			Action: inSession(env, (*session).areaImport),
		},
	)
}

func (s *session) areaStats(c *cli.Context) error {
	if c.NArg() == 0 {
		return usagef("统计哪个文件？用法见 suqiu area stats --help")
	}
	trees, err := s.areas()
	if err != nil {
		return err
	}
	src, err := s.readSource(c)
	if err != nil {
		return err
	}
	stats := trees.Stats()
	unread := 0
	for _, name := range c.Args().Slice() {
		input, label, err := s.openInput(name)
		if err != nil {
			return err
		}
		reader, err := decode.NewReader(src, &decode.Input{File: label}, input)
		if err != nil {
			return errors.Join(fmt.Errorf("read %s: %w", label, err), input.Close())
		}
		for {
			item, err := reader.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return errors.Join(fmt.Errorf("read %s: %w", label, err), input.Close())
			}
			if item.Err != nil {
				unread++
			}
			for i := range item.Records {
				stats.Add(trees.Locate(&item.Records[i], src.DefaultArea))
			}
		}
		if err := input.Close(); err != nil {
			return err
		}
	}
	fmt.Fprint(s.env.Stdout, stats)
	if unread > 0 {
		fmt.Fprintf(s.env.Stdout, "无法解析 %d 件\n", unread)
	}
	return nil
}

func (s *session) areaImport(c *cli.Context) error {
	if c.NArg() != 2 {
		return usagef("area import 要写表的种类和文件；用法见 suqiu area import --help")
	}
	kind, name := area.Kind(c.Args().Get(0)), c.Args().Get(1)
	if !slices.Contains(area.Kinds[:], kind) {
		return usagef("没有 %q 这种表；可写 %s", kind, listed(area.Kinds[:]))
	}
	trees, err := s.areas()
	if err != nil {
		return err
	}
	file, err := openFile(name)
	if err != nil {
		return err
	}
	defer file.Close()
	table, err := area.ReadTable(file, name, kind)
	if err != nil {
		return err
	}
	diff, err := trees.Check(table)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.env.Stdout, diff)
	switch {
	case !c.Bool("apply"):
		fmt.Fprintln(s.env.Stdout, "未写入；加 --apply 写入字典文件夹")
		return nil
	case s.cfg.Dicts == "":
		return usagef("写到哪里？设置 dicts，或写 --dicts 文件夹")
	}
	folder := filepath.Join(s.cfg.Dicts, "areas")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	path, err := table.Merge(folder)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.env.Stdout, "已写入 %s\n", path)
	return nil
}
