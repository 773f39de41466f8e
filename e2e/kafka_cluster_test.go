//go:build e2e && unix

package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"

	"suqiu/e2e/engine"
	"suqiu/ingest"
)

// Users of the secured listener. admin may do all; guest can log in by PLAIN and may do nothing.
const (
	kafkaUser  = "admin"
	kafkaGuest = "guest"
	kafkaPass  = "invented-for-this-test"
)

const kafkaNodes = 3

// kafkaCluster is a Kafka of three brokers, each also a controller, with a plain listener for the test and one with TLS
// and SASL for suqiu.
type kafkaCluster struct {
	nodes   [kafkaNodes]*engine.Kafka
	plain   []string
	secured []string
	ca      []byte // PEM
}

// startBroker starts one broker, as a small installation has it.
func startBroker(t testing.TB) *engine.Kafka {
	t.Helper()
	broker, err := engine.StartKafka(t.Context(), engine.TempDir(t), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Stop)
	return broker
}

// startKafka starts the brokers together: none is ready before most are there. They share one copy of the jars.
func startKafka(t *testing.T) *kafkaCluster {
	t.Helper()
	dir := engine.TempDir(t)
	c := &kafkaCluster{}
	keyStore := filepath.Join(dir, "server.pem")
	c.ca = certificate(t, keyStore)
	var ports [3 * kafkaNodes]int
	for i := range ports {
		ports[i] = port(t)
	}
	var voters []string
	for n := range kafkaNodes {
		voters = append(voters, fmt.Sprintf("%d@127.0.0.1:%d", n+1, ports[3*n+2]))
	}
	jars := filepath.Join(dir, "1")
	var starting errgroup.Group
	for n := range kafkaNodes {
		home := filepath.Join(dir, fmt.Sprint(n+1))
		if err := os.Mkdir(home, 0o755); err != nil {
			t.Fatal(err)
		}
		plain, secured := fmt.Sprintf("127.0.0.1:%d", ports[3*n]), fmt.Sprintf("127.0.0.1:%d", ports[3*n+1])
		c.plain, c.secured = append(c.plain, plain), append(c.secured, secured)
		options := engine.Options{Port: ports[3*n], Heap: "256m", Settings: kafkaSettings(n+1, plain, secured, ports[3*n+2], strings.Join(voters, ","), keyStore)}
		starting.Go(func() error {
			if n > 0 {
				// The first broker is configured once it has the jars.
				for ; !exists(filepath.Join(jars, "server.properties")); time.Sleep(100 * time.Millisecond) {
					if t.Context().Err() != nil {
						return t.Context().Err()
					}
				}
				if err := os.Symlink(filepath.Join(jars, "lib"), filepath.Join(home, "lib")); err != nil {
					return err
				}
			}
			node, err := engine.StartKafka(t.Context(), home, options)
			if err != nil {
				return err
			}
			c.nodes[n] = node
			t.Cleanup(node.Stop)
			return nil
		})
	}
	if err := starting.Wait(); err != nil {
		t.Fatal(err)
	}
	until(t, "all brokers to know each other", func() bool {
		metadata, err := c.client().Metadata(t.Context(), &kafka.MetadataRequest{})
		return err == nil && len(metadata.Brokers) == kafkaNodes
	})
	c.addUsers(t, kafkaUser)
	return c
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func port(t *testing.T) int {
	t.Helper()
	port, err := engine.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func kafkaSettings(node int, plain, secured string, controller int, voters, keyStore string) map[string]string {
	const login = "org.apache.kafka.common.security."
	settings := map[string]string{
		"node.id":                        fmt.Sprint(node),
		"controller.quorum.voters":       voters,
		"listeners":                      fmt.Sprintf("PLAINTEXT://%s,SASL_SSL://%s,CONTROLLER://127.0.0.1:%d", plain, secured, controller),
		"advertised.listeners":           fmt.Sprintf("PLAINTEXT://%s,SASL_SSL://%s", plain, secured),
		"listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
		"sasl.enabled.mechanisms":        "SCRAM-SHA-512,SCRAM-SHA-256,PLAIN",
		"listener.name.sasl_ssl.plain.sasl.jaas.config": fmt.Sprintf(`%splain.PlainLoginModule required user_%s="%s" user_%s="%s";`,
			login, kafkaUser, kafkaPass, kafkaGuest, kafkaPass),
		"listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config": login + "scram.ScramLoginModule required;",
		"listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": login + "scram.ScramLoginModule required;",
		"ssl.keystore.type":              "PEM",
		"ssl.keystore.location":          keyStore,
		"authorizer.class.name":          "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
		"super.users":                    "User:ANONYMOUS;User:" + kafkaUser,
		"broker.session.timeout.ms":      "6000",
		"default.replication.factor":     "3",
		"log.cleaner.dedupe.buffer.size": "8000000",
	}
	for _, topic := range []string{"offsets.topic.replication.factor", "transaction.state.log.replication.factor", "share.coordinator.state.topic.replication.factor"} {
		settings[topic] = "3"
	}
	for _, topic := range []string{"transaction.state.log.min.isr", "share.coordinator.state.topic.min.isr"} {
		settings[topic] = "2"
	}
	return settings
}

// certificate writes a key and a certificate of 127.0.0.1, signed by itself, and returns the certificate. change may
// make it another's.
func certificate(t *testing.T, path string, change ...func(*x509.Certificate)) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "suqiu-e2e"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	for _, c := range change {
		c(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	both := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), certificate...)
	if err := os.WriteFile(path, both, 0o644); err != nil {
		t.Fatal(err)
	}
	return certificate
}

// addUsers gives users a password of both kinds of SCRAM.
func (c *kafkaCluster) addUsers(t *testing.T, users ...string) {
	t.Helper()
	const rounds = 4096
	salt := []byte("salt of this test")
	short, err := pbkdf2.Key(sha256.New, kafkaPass, salt, rounds, sha256.Size)
	if err != nil {
		t.Fatal(err)
	}
	long, err := pbkdf2.Key(sha512.New, kafkaPass, salt, rounds, sha512.Size)
	if err != nil {
		t.Fatal(err)
	}
	for mechanism, password := range map[kafka.ScramMechanism][]byte{kafka.ScramMechanismSha256: short, kafka.ScramMechanismSha512: long} {
		request := &kafka.AlterUserScramCredentialsRequest{} // may have each user once
		for _, user := range users {
			request.Upsertions = append(request.Upsertions, kafka.UserScramCredentialsUpsertion{
				Name: user, Mechanism: mechanism, Iterations: rounds, Salt: salt, SaltedPassword: password,
			})
		}
		answer, err := c.client().AlterUserScramCredentials(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		for _, result := range answer.Results {
			if result.Error != nil {
				t.Fatalf("%s: %v", result.User, result.Error)
			}
		}
	}
}

// client speaks to the plain listeners. A transport of its own keeps no connection to a broker that was killed.
func (c *kafkaCluster) client() *kafka.Client {
	return &kafka.Client{Addr: kafka.TCP(c.plain...), Transport: &kafka.Transport{IdleTimeout: time.Second}}
}

// as is the cluster as suqiu sees it over TLS, logged in by a mechanism.
func (c *kafkaCluster) as(mechanism string) ingest.Cluster {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(c.ca)
	return ingest.Cluster{
		Brokers: c.secured, TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		SASL: ingest.SASL{Mechanism: mechanism, User: kafkaUser, Password: kafkaPass},
	}
}

// leader returns the broker that leads a partition.
func (c *kafkaCluster) leader(ctx context.Context, topic string, partition int) (*engine.Kafka, error) {
	metadata, err := c.client().Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return nil, err
	}
	for _, p := range metadata.Topics[0].Partitions {
		if p.ID == partition && p.Leader.ID >= 1 && p.Leader.ID <= kafkaNodes {
			return c.nodes[p.Leader.ID-1], nil
		}
	}
	return nil, errors.New("the partition has no leader")
}

// until waits for something that takes the servers a while.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for ; !done(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited too long for %s", what)
		}
	}
}
