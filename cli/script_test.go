package cli

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// TestMain lets the scripts run this test binary as the command suqiu.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"suqiu": func() { os.Exit(Main()) }, "drain": func() { os.Exit(drainOutbox()) }})
}

// TestScripts runs the command line as an operator does: each script of testdata/script in a folder of its own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setupScript,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":   exits,
			"until":   until,
			"await":   await,
			"signal":  sendSignal,
			"gb18030": toGB18030,
			"pack":    pack,
			"xlsx":    toWorkbook,
			"repeat":  repeatLine,
			"agekey":  newAgeKey,
			"letter":  letterID,

			"holidays": writeHolidays,
		},
	})
}

// setupScript gives the script a free address to listen on.
func setupScript(env *testscript.Env) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	env.Setenv("LISTEN", listener.Addr().String())
	return listener.Close()
}

// patience bounds how long a script waits for what happens soon.
const patience = time.Minute

// exits runs a command that must end with this exit code, or one of several: exits CODE[|CODE]... COMMAND [ARG]...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE[|CODE]... COMMAND [ARG]...")
	}
	got := 0
	err := ts.Exec(args[1], args[2:]...)
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		got = ended.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if !slices.Contains(strings.Split(args[0], "|"), strconv.Itoa(got)) {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// until repeats a command until its output matches: until PATTERN COMMAND [ARG]...
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until PATTERN COMMAND [ARG]...")
	}
	pattern := regexp.MustCompile(args[0])
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		err := ts.Exec(args[1], args[2:]...)
		if err == nil && pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("waited in vain for %q", args[0])
}

// await asks a URL until the answer matches: await PATTERN URL. An answer that is an error counts, too.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await PATTERN URL")
	}
	pattern := regexp.MustCompile(args[0])
	var last string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		response, err := http.Get(args[1])
		if err != nil {
			continue
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		last = fmt.Sprintf("%d %s", response.StatusCode, body)
		if err == nil && pattern.MatchString(last) {
			return
		}
	}
	ts.Fatalf("waited in vain for %q; the last answer was %s", args[0], last)
}

// sendSignal sends HUP or TERM to the command that was started last in the background.
func sendSignal(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]syscall.Signal{"HUP": syscall.SIGHUP, "TERM": syscall.SIGTERM}
	running := ts.BackgroundCmds()
	if neg || len(args) != 1 || signals[args[0]] == 0 || len(running) == 0 {
		ts.Fatalf("usage: signal HUP|TERM, after a command was started in the background")
	}
	ts.Check(running[len(running)-1].Process.Signal(signals[args[0]]))
}

// toGB18030 changes the encoding of files that are UTF-8.
func toGB18030(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		text, err := simplifiedchinese.GB18030.NewEncoder().String(ts.ReadFile(name))
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// pack compresses each FILE to FILE.gz.
func pack(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		var packed strings.Builder
		w := gzip.NewWriter(&packed)
		_, err := io.WriteString(w, ts.ReadFile(name))
		ts.Check(errors.Join(err, w.Close()))
		ts.Check(os.WriteFile(ts.MkAbs(name+".gz"), []byte(packed.String()), 0o600))
	}
}

// toWorkbook makes a workbook of a CSV: xlsx CSV WORKBOOK.
func toWorkbook(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: xlsx CSV WORKBOOK")
	}
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	content, err := workbookOf(rows)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), content, 0o600))
}

// workbookOf makes a workbook whose only sheet has these rows.
func workbookOf(rows [][]string) ([]byte, error) {
	book := excelize.NewFile()
	defer book.Close()
	for i, row := range rows {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			return nil, err
		}
	}
	content, err := book.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return content.Bytes(), nil
}

// repeatLine writes the last line of a file again and again, {N} being the number: repeat COUNT TEMPLATE FILE.
func repeatLine(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: repeat COUNT TEMPLATE FILE")
	}
	count, err := strconv.Atoi(args[0])
	ts.Check(err)
	lines := strings.SplitAfter(strings.TrimSuffix(ts.ReadFile(args[1]), "\n"), "\n")
	last := lines[len(lines)-1]
	lines = slices.Delete(lines, len(lines)-1, len(lines))
	for i := range count {
		lines = append(lines, strings.ReplaceAll(last, "{N}", strconv.Itoa(i+1))+"\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.Join(lines, "")), 0o600))
}

// newAgeKey writes an age identity to a file and its recipient to the variable RECIPIENT: agekey FILE.
func newAgeKey(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: agekey FILE")
	}
	identity, err := age.GenerateX25519Identity()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(identity.String()+"\n"), 0o600))
	ts.Setenv("RECIPIENT", identity.Recipient().String())
}

// letterID sets a variable to the id of the first dead letter that the last command listed: letter VARIABLE.
func letterID(ts *testscript.TestScript, _ bool, args []string) {
	found := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(args) != 1 || found == nil {
		ts.Fatalf("usage: letter VARIABLE, after suqiu deadletter list --format json")
	}
	ts.Setenv(args[0], found[1])
}

// writeHolidays puts holidays of this year and the next into a folder of dictionaries, as its owner does each November:
// holidays FOLDER.
func writeHolidays(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: holidays FOLDER")
	}
	folder := filepath.Join(ts.MkAbs(args[0]), "holidays")
	ts.Check(os.MkdirAll(folder, 0o755))
	for year := time.Now().Year(); year <= time.Now().Year()+1; year++ {
		text := fmt.Sprintf("自,至,安排,节日\n%d-01-01,,放假,元旦\n", year)
		ts.Check(os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.csv", year)), []byte(text), 0o644))
	}
}
