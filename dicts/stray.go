package dicts

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Stray is a file or folder of a user's folder of dictionaries that changes nothing although it seems meant to.
type Stray struct {
	Path string // within the folder; "." for the folder itself
	What string // what is wrong with it, and the remedy
}

// testSuffix ends the names of files of tests, which lie in tests/.
const testSuffix = ".test.yaml"

// manyFiles are the folders in which every file is read whose name ends so; all other YAML has one path.
var manyFiles = map[string]string{"rules": ".yaml", "examples": ".yaml", "tests": testSuffix}

// Strays finds the YAML of a user's folder that nothing reads, since it lies in the wrong place or its name ends
// wrongly, or that holds nothing, and tells where it belongs by its keys. A folder of which nothing is read at all is a
// stray itself. Folders whose names begin with a dot are left out.
func Strays(folder fs.FS) ([]Stray, error) {
	places, err := keysOfPlaces()
	if err != nil {
		return nil, err
	}
	var strays []Stray
	read := false
	err = fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("list the dictionary folder: %w", err)
		case entry.IsDir() && name != "." && entry.Name()[0] == '.':
			return fs.SkipDir
		case entry.IsDir():
			return nil
		case !slices.Contains([]string{".yaml", ".yml"}, path.Ext(name)):
			read = read || path.Ext(name) != ".md" && isPlace(name)
			return nil
		}
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return fmt.Errorf("read the dictionary folder: %w", err)
		}
		data, _ = Text(data) // keys are told in other encodings too
		switch {
		case !holdsText(data):
			strays = append(strays, Stray{name, "文件是空的；写上内容，或删去它"})
		case isRead(name):
			read = true
		default:
			strays = append(strays, Stray{name, "没有什么会读取这个文件；" + remedy(folder, name, topKeys(data), places)})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !read {
		strays = append(strays, Stray{".", "这个文件夹里没有可读取的文件，它什么也不改变；规则文件放在其中的 rules 文件夹，名称以 .yaml 结尾"})
	}
	return strays, nil
}

// isRead reports whether YAML at the path is read.
func isRead(name string) bool {
	if ending, ok := manyFiles[path.Dir(name)]; ok {
		return strings.HasSuffix(name, ending)
	}
	info, err := fs.Stat(files, name)
	return err == nil && !info.IsDir()
}

// isPlace reports whether something that is no YAML may be read at the path: in a folder that the binary has, or by the
// name of a file of its.
func isPlace(name string) bool {
	top, _, within := strings.Cut(name, "/")
	info, err := fs.Stat(files, top)
	return err == nil && info.IsDir() == within
}

// place is where YAML with certain keys lies: a folder of many files, or a path.
type place struct {
	path string
	keys []string
}

// keysOfPlaces tells the keys of the YAML of each place by what the binary has there; folders of many files come first.
func keysOfPlaces() ([]place, error) {
	places := []place{{"rules", nil}, {"examples", nil}, {"tests", []string{"tests"}}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(places, func(p place) bool { return p.path == path.Dir(name) })
		if at < 0 {
			at, places = len(places), append(places, place{path: name})
		}
		places[at].keys = append(places[at].keys, topKeys(data)...)
		return nil
	})
	return places, err
}

var topKey = regexp.MustCompile(`(?m)^([a-z_]+):`)

// topKeys gives the keys at the beginnings of lines. Unlike a parser it also reads files with faults.
func topKeys(data []byte) (keys []string) {
	for _, found := range topKey.FindAllSubmatch(data, -1) {
		keys = append(keys, string(found[1]))
	}
	return keys
}

// holdsText reports whether a file has a line that is no comment.
func holdsText(data []byte) bool {
	for line := range strings.Lines(string(data)) {
		if line = strings.Trim(line, " \t\r\n"); line != "" && line != "---" && line[0] != '#' {
			return true
		}
	}
	return false
}

// remedy tells where a file with the keys belongs: where most of them are known, of several such places the one of its name.
func remedy(folder fs.FS, name string, keys []string, places []place) string {
	stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(name), path.Ext(name)), ".test")
	known := func(p place) int {
		n := 0
		for _, key := range keys {
			if slices.Contains(p.keys, key) {
				n += 2
			}
		}
		if path.Base(p.path) == stem+".yaml" {
			n++
		}
		return n
	}
	best := slices.MaxFunc(places, func(a, b place) int { return cmp.Compare(known(a), known(b)) })
	if known(best) == 0 {
		return "它的键不属于任何字典文件，见 docs/rules.zh-CN.md 开头的表；移到别处，或删去它"
	}
	to := best.path
	if ending, ok := manyFiles[best.path]; ok {
		to = path.Join(best.path, stem+ending)
	}
	if _, err := fs.Stat(folder, to); !errors.Is(err, fs.ErrNotExist) {
		return "内容应并入已有的 " + to
	}
	return "移到 " + to
}
