//go:build unix

// Package engine starts a real Elasticsearch and a real Kafka for the end-to-end tests, without containers: Maven
// fetches the servers into its own cache (testdata/*/pom.xml name the versions), and each runs on 127.0.0.1, on free
// ports, in a folder of the test's own, as an unprivileged user. On Linux a server dies with the test that started it,
// even when that is killed. Start servers once a test binary, in TestMain: one start costs 5 to 20 s.
package engine

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

//go:embed testdata
var poms embed.FS

// runAs is the system user that servers run as when the tests run as root, which Elasticsearch refuses.
const runAs = "suqiu-e2e"

// Options of a server; the zero value is right for most tests.
type Options struct {
	Port     int               // of the server's listener; 0 picks a free one
	Heap     string            // the Java heap as Java writes it; by default 512m
	Settings map[string]string // further or other settings of elasticsearch.yml or server.properties
	Timeout  time.Duration     // until the server must answer; by default 3 minutes
	Measured bool              // Elasticsearch only: its speed matters, so that what runs often is compiled as far as it goes, which starting pays for

	// Of Elasticsearch only. A password, that of the user elastic, turns security on (without TLS).
	Password string
	Roles    string // the text of roles.yml
	Users    []User // beside elastic
}

// User is a user of Elasticsearch, kept in its files.
type User struct {
	Name, Password, Role string
}

func (o Options) withDefaults() (Options, error) {
	if o.Heap == "" {
		o.Heap = "512m"
	}
	if o.Timeout == 0 {
		o.Timeout = 3 * time.Minute
	}
	if o.Port == 0 {
		port, err := FreePort()
		if err != nil {
			return o, err
		}
		o.Port = port
	}
	return o, nil
}

// MissingError says which program of the machine is missing.
type MissingError struct {
	Program string
	Install string // what to install
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s is missing: install %s to run the end-to-end tests", e.Program, e.Install)
}

// javaHome finds the Java that servers run on: JAVA_HOME, or where the java of the path belongs to.
func javaHome() (string, error) {
	missing := &MissingError{Program: "java", Install: "a JDK of version 17 or newer (Debian: openjdk-17-jdk-headless)"}
	if home := os.Getenv("JAVA_HOME"); home != "" {
		if _, err := os.Stat(filepath.Join(home, "bin", "java")); err != nil {
			return "", missing
		}
		return home, nil
	}
	java, err := exec.LookPath("java")
	if err != nil {
		return "", missing
	}
	if java, err = filepath.EvalSymlinks(java); err != nil {
		return "", missing
	}
	return filepath.Dir(filepath.Dir(java)), nil
}

// fetch lets Maven run a goal on one of the poms; where the goal puts files is said by its arguments.
func fetch(ctx context.Context, dir, name string, goal ...string) error {
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return &MissingError{Program: "mvn", Install: "Maven 3.6 or newer (Debian: maven)"}
	}
	pom, err := fs.ReadFile(poms, "testdata/"+name+"/pom.xml")
	if err != nil {
		return fmt.Errorf("read the pom of %s: %w", name, err)
	}
	path := filepath.Join(dir, name+"-pom.xml")
	if err := os.WriteFile(path, pom, 0o644); err != nil {
		return fmt.Errorf("write the pom of %s: %w", name, err)
	}
	out, err := exec.CommandContext(ctx, mvn, append([]string{"-q", "-B", "-f", path}, goal...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("fetch %s with Maven: %w\n%s", name, err, out)
	}
	return nil
}

// credential returns whom servers run as: nil for ourselves, and a system user, made if need be, when we are root.
func credential() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup(runAs)
	if err != nil {
		// Another test binary may make the same user meanwhile, so only the second look-up decides.
		out, _ := exec.Command("useradd", "-r", "-M", "-s", "/usr/sbin/nologin", runAs).CombinedOutput()
		if u, err = user.Lookup(runAs); err != nil {
			return nil, fmt.Errorf("make the user %s, because Elasticsearch refuses root: %w; useradd says %q", runAs, err, out)
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read the user id of %s: %w", runAs, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read the group id of %s: %w", runAs, err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// give hands a folder and all below it to the user that servers run as. The folders above must let that user pass.
func give(dir string, to *syscall.Credential) error {
	if to == nil {
		return nil
	}
	for above := filepath.Dir(dir); above != filepath.Dir(above); above = filepath.Dir(above) {
		if info, err := os.Stat(above); err == nil && info.Mode().Perm()&1 == 0 {
			return fmt.Errorf("hand %s to %s: it can't pass %s; take a folder of engine.TempDir", dir, runAs, above)
		}
	}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(to.Uid), int(to.Gid))
	})
	if err != nil {
		return fmt.Errorf("hand %s to %s: %w", dir, runAs, err)
	}
	return nil
}

// portsGiven counts the ports that FreePort has given in this process, so that none is given twice: a server binds its port
// seconds after it was chosen.
var portsGiven atomic.Int64

// FreePort returns a port of 127.0.0.1 for a server that is started later. It lies below those that outgoing connections
// get: one of these could take it before the server does.
func FreePort() (int, error) {
	const first, ports = 10_000, 20_000
	for range ports {
		port := first + (int64(os.Getpid())*601+portsGiven.Add(1))%ports
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return int(port), l.Close()
		}
	}
	return 0, fmt.Errorf("find a free port: none of %d to %d is", first, first+ports-1)
}
