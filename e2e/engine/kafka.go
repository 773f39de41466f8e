//go:build unix

package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/segmentio/kafka-go"
)

// Kafka is one running broker, its own controller.
type Kafka struct {
	*Process
	address string
	java    string // the program
	lib     string // the folder of the jars
}

// Address is the broker's host and port.
func (k *Kafka) Address() string { return k.address }

// tools are Kafka's own command-line tools that WriteTools writes, and their classes.
var tools = map[string]string{
	"kafka-acls.sh":            "org.apache.kafka.tools.AclCommand",
	"kafka-consumer-groups.sh": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
}

// WriteTools writes those of Kafka's own command-line tools that tests run into a folder, under the names that they
// have in bin of its distribution.
func (k *Kafka) WriteTools(dir string) error {
	for name, class := range tools {
		script := fmt.Sprintf("#!/bin/sh\nexec '%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '%s' %s \"$@\"\n", k.java, filepath.Join(k.lib, "*"), class)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			return fmt.Errorf("write the tools of Kafka: %w", err)
		}
	}
	return nil
}

// StartKafka copies the broker's jars below dir, unless they are there already, starts one node (KRaft, plain text)
// and returns when it answers. Topics are only made when asked for. A missing Java or Maven gives
// a *MissingError. When root runs the tests, all folders above dir must be open to other users.
func StartKafka(ctx context.Context, dir string, o Options) (*Kafka, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	home, err := javaHome()
	if err != nil {
		return nil, err
	}
	as, err := credential()
	if err != nil {
		return nil, err
	}
	lib := filepath.Join(dir, "lib")
	if _, err := os.Stat(lib); err != nil {
		if err := fetch(ctx, dir, "kafka", "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory="+lib); err != nil {
			return nil, err
		}
	}
	controller, err := FreePort()
	if err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "server.properties")
	if err := os.WriteFile(config, []byte(kafkaProperties(dir, controller, o)), 0o644); err != nil {
		return nil, fmt.Errorf("configure Kafka: %w", err)
	}
	if err := give(dir, as); err != nil {
		return nil, err
	}
	java := func(args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(home, "bin", "java"), append([]string{
			"-Xms128m", "-Xmx" + o.Heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", filepath.Join(lib, "*"),
		}, args...)...)
		cmd.Dir = dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: as}
		return cmd
	}
	const clusterID = "MkU3OEVBNTcwNTJENDM2Qk"
	if out, err := java("kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", clusterID, "-c", config).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("format the log folder of Kafka: %w\n%s", err, out)
	}
	k := &Kafka{address: fmt.Sprintf("127.0.0.1:%d", o.Port), java: filepath.Join(home, "bin", "java"), lib: lib}
	k.Process = &Process{
		name: "Kafka", log: filepath.Join(dir, "kafka.log"), timeout: o.Timeout,
		command: func() *exec.Cmd { return java("kafka.Kafka", config) },
		ready:   k.ready,
	}
	if err := k.start(ctx); err != nil {
		return nil, err
	}
	return k, nil
}

func kafkaProperties(dir string, controller int, o Options) string {
	listener := fmt.Sprintf("PLAINTEXT://127.0.0.1:%d", o.Port)
	settings := map[string]string{
		"process.roles":                                    "broker,controller",
		"node.id":                                          "1",
		"controller.quorum.voters":                         fmt.Sprintf("1@127.0.0.1:%d", controller),
		"listeners":                                        fmt.Sprintf("%s,CONTROLLER://127.0.0.1:%d", listener, controller),
		"advertised.listeners":                             listener,
		"controller.listener.names":                        "CONTROLLER",
		"inter.broker.listener.name":                       "PLAINTEXT",
		"listener.security.protocol.map":                   "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
		"log.dirs":                                         filepath.Join(dir, "data"),
		"auto.create.topics.enable":                        "false",
		"offsets.topic.num.partitions":                     "4",
		"group.initial.rebalance.delay.ms":                 "0",
		"offsets.topic.replication.factor":                 "1",
		"transaction.state.log.replication.factor":         "1",
		"transaction.state.log.min.isr":                    "1",
		"share.coordinator.state.topic.replication.factor": "1",
		"share.coordinator.state.topic.min.isr":            "1",
	}
	return join(settings, o.Settings, "=")
}

// join writes settings one a line in the order of their names, those of the test in place of the defaults.
func join(settings, own map[string]string, separator string) string {
	maps.Copy(settings, own)
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		b.WriteString(name + separator + settings[name] + "\n")
	}
	return b.String()
}

// ready asks the broker for the brokers it knows.
func (k *Kafka) ready(ctx context.Context) error {
	// A transport of its own each time: kafka-go's shared one keeps connections that died with an earlier run.
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(k.address), Transport: transport}
	metadata, err := client.Metadata(ctx, &kafka.MetadataRequest{})
	if err != nil {
		return err
	}
	if len(metadata.Brokers) == 0 {
		return errors.New("no broker is registered yet")
	}
	return nil
}
