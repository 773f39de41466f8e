package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	heading = regexp.MustCompile(`^(#+) (.+)$`)
	unnamed = regexp.MustCompile(`[^\p{L}\p{N}_-]`)
)

// TestLinks follows each link of a document to a file or heading of ours.
func TestLinks(t *testing.T) {
	texts := documents(t)
	if len(texts) < 10 {
		t.Fatalf("only %d documents found", len(texts))
	}
	for path, text := range texts {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			to := path
			if target != "" {
				to = filepath.Join(filepath.Dir(path), target)
				if _, err := os.Stat(to); err != nil {
					t.Errorf("%s: the link to %s leads nowhere", path, found[1])
					continue
				}
			}
			if anchor != "" && !slices.Contains(anchors(texts[to]), anchor) {
				t.Errorf("%s: %s has no heading %s", path, to, anchor)
			}
		}
	}
}

// TestBothLanguages holds the two languages of a document together: as many headings of each depth, tables' rows and
// examples of code. Only benchmarks.md is in English alone, and the Chinese README says so.
func TestBothLanguages(t *testing.T) {
	texts := documents(t)
	for path, english := range texts {
		if filepath.Dir(path) != "docs" && path != "README.md" || path == "docs/benchmarks.md" || strings.HasSuffix(path, ".zh-CN.md") {
			continue
		}
		translated := strings.TrimSuffix(path, ".md") + ".zh-CN.md"
		chinese, ok := texts[translated]
		if !ok {
			t.Errorf("%s has no %s", path, translated)
			continue
		}
		if got, want := shape(chinese), shape(english); !maps.Equal(got, want) {
			t.Errorf("%s and %s differ in what they are made of: %v, %v", translated, path, got, want)
		}
	}
}

// documents are the Markdown files by path, but those of folders that a checkout has not.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (path == "bin" || path == "data" || path == ".git"):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".md":
			return nil
		}
		text, err := os.ReadFile(path)
		texts[filepath.ToSlash(path)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// prose is the lines of a document outside its examples of code.
func prose(text string) (lines []string) {
	code := false
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			code = !code
		} else if !code {
			lines = append(lines, line)
		}
	}
	return lines
}

// anchors are the names that GitHub gives a document's headings: lower case, without punctuation, dashes for spaces.
func anchors(text string) (names []string) {
	for _, line := range prose(text) {
		if found := heading.FindStringSubmatch(line); found != nil {
			names = append(names, unnamed.ReplaceAllString(strings.ReplaceAll(strings.ToLower(found[2]), " ", "-"), ""))
		}
	}
	return names
}

// shape counts what a document is made of.
func shape(text string) map[string]int {
	counts := map[string]int{"code": strings.Count(text, "```") / 2}
	for _, line := range prose(text) {
		if found := heading.FindStringSubmatch(line); found != nil {
			counts[found[1]]++
		} else if strings.HasPrefix(line, "|") {
			counts["rows"]++
		}
	}
	return counts
}
