package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed is the import table of ARCHITECTURE.md: what each top-level folder, its tests included, may import of ours,
// besides hint, hotline, calendar, dicts, table and its own sub-packages.
var allowed = map[string][]string{
	"suqiu":    {"cli"},
	"hint":     nil,
	"hotline":  {"hint"},
	"calendar": {"hint", "table"},
	"dicts":    {"hint"},
	"table":    nil,
	"ingest":   nil,
	"classify": nil,
	"index":    nil,
	"kibana":   {"index"},
	"phrase":   nil,
	"trend":    {"phrase"},
	"remedy":   {"trend"},
	"cli":      {"*"},
	"e2e":      {"*"},
}

// common may be imported by every folder except by themselves.
var common = []string{"hint", "hotline", "calendar", "dicts", "table"}

func TestImportTable(t *testing.T) {
	out, err := exec.Command("go", "list", "-tags", "e2e,long", "-json=ImportPath,Imports,TestImports,XTestImports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		from := folder(p.ImportPath)
		may, known := allowed[from]
		if !known {
			t.Errorf("folder %s is not in the import table", from)
			continue
		}
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			to := folder(imported)
			if to == "" || to == from || slices.Contains(may, "*") || slices.Contains(may, to) {
				continue
			}
			if slices.Contains(common, to) && !slices.Contains(common, from) {
				continue
			}
			t.Errorf("%s imports %s: %s may not import %s", p.ImportPath, imported, from, to)
		}
	}
	if seen < len(common) {
		t.Fatalf("go list found only %d packages", seen)
	}
}

// folder is the top-level folder of one of our packages, "suqiu" for the root and "" for packages of others.
func folder(path string) string {
	if path == "suqiu" {
		return path
	}
	rest, ours := strings.CutPrefix(path, "suqiu/")
	if !ours {
		return ""
	}
	top, _, _ := strings.Cut(rest, "/")
	return top
}
