//go:build e2e && unix

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"suqiu/e2e/engine"
	"suqiu/ingest/embedded"
)

// member is a consumer that comes, goes and dies.
type member struct {
	t       *testing.T
	name    string
	log     string
	command func() *exec.Cmd

	process *engine.Process
	wanted  bool
	starts  int
}

// newMember makes the consumer number i of a run; it is not started.
func (f *feed) newMember(i int) *member {
	name := fmt.Sprintf("consumer%d", i)
	m := &member{t: f.t, name: name, log: filepath.Join(f.dir, name+".log"),
		command: func() *exec.Cmd { return f.suqiu.command(context.WithoutCancel(f.t.Context()), "consume") }}
	f.t.Cleanup(m.kill)
	return m
}

// logTails is how the logs of those that were started end.
func logTails(members []*member) string {
	var all strings.Builder
	for _, m := range members {
		if m.process != nil {
			fmt.Fprintf(&all, "%s:\n%s\n", m.name, m.process.LogTail())
		}
	}
	return all.String()
}

func (m *member) start() {
	m.wanted = true
	m.starts++
	var err error
	if m.process == nil {
		m.process, err = engine.Start(m.t.Context(), m.name, m.log, m.command, func(context.Context) error { return nil })
	} else {
		err = m.process.Restart(m.t.Context())
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

// stop ends it in good order.
func (m *member) stop() {
	if m.wanted {
		m.wanted = false
		m.process.Stop()
	}
}

func (m *member) kill() {
	if m.wanted {
		m.wanted = false
		m.process.Kill()
	}
}

// watch fails the test if it has ended by itself: whatever fails around it, it must wait.
func (m *member) watch() {
	if !m.wanted {
		return
	}
	select {
	case <-m.process.Done():
		m.t.Fatalf("%s has ended by itself:\n%s", m.name, m.process.LogTail())
	default:
	}
}

// startBroker starts the program broker, which faults strike from now on.
func (c *chaos) startBroker() {
	topics := append(hotlineTopics(), deadTopic)
	binary, data := program(c.t, c.dir, "suqiu/e2e/broker"), filepath.Join(c.dir, "kafka")
	c.reservePort(data)
	command := func() *exec.Cmd {
		return exec.Command(binary, "-data", data, "-topics", strings.Join(topics, ","),
			"-partitions", strconv.Itoa(chaosPartitions), "-cut", fmt.Sprint(chaosCut), "-refuse", fmt.Sprint(chaosRefused))
	}
	ready := func(ctx context.Context) error {
		address, err := embedded.Address(data)
		if err != nil {
			return err
		}
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		c.address = address
		return connection.Close()
	}
	var err error
	if c.broker, err = engine.Start(c.t.Context(), "broker", filepath.Join(c.dir, "broker.log"), command, ready); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(c.broker.Stop)
}

// reservePort lets the broker listen on a port that no outgoing connection takes while the broker is dead; a client that
// looks for it could even connect to itself.
func (c *chaos) reservePort(data string) {
	port, err := engine.FreePort()
	if err != nil {
		c.t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	if err := errors.Join(os.MkdirAll(data, 0o700), os.WriteFile(filepath.Join(data, "broker.address"), []byte(address), 0o600)); err != nil {
		c.t.Fatal(err)
	}
}
