//go:build unix && e2e

package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/e2e/engine"
)

func TestElasticsearchSurvivesKill(t *testing.T) {
	ctx := t.Context()
	es, err := engine.StartElasticsearch(ctx, engine.TempDir(t), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(es.Stop)
	get := func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, es.URL()+"/_cluster/health", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("status %s", response.Status)
		}
		return nil
	}

	t.Run("SuspendedDoesNotAnswer", func(t *testing.T) {
		es.Suspend()
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if err := get(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a suspended server: got %v, want a deadline", err)
		}
		es.Resume()
		if err := get(ctx); err != nil {
			t.Errorf("after resume: %v", err)
		}
	})
	t.Run("KilledRestarts", func(t *testing.T) {
		es.Kill()
		if err := get(ctx); err == nil {
			t.Error("a killed server answers")
		}
		if err := es.Restart(ctx); err != nil {
			t.Fatal(err)
		}
		if err := get(ctx); err != nil {
			t.Errorf("after restart: %v", err)
		}
	})
}

func TestKafkaKeepsTopicsOverKill(t *testing.T) {
	ctx := t.Context()
	broker, err := engine.StartKafka(ctx, engine.TempDir(t), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Stop)
	partitions := func() int {
		transport := &kafka.Transport{}
		defer transport.CloseIdleConnections()
		client := &kafka.Client{Addr: kafka.TCP(broker.Address()), Transport: transport}
		metadata, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{"calls"}})
		if err != nil {
			t.Fatal(err)
		}
		return len(metadata.Topics[0].Partitions)
	}
	client := &kafka.Client{Addr: kafka.TCP(broker.Address()), Transport: &kafka.Transport{}}
	created, err := client.CreateTopics(ctx, &kafka.CreateTopicsRequest{
		Topics: []kafka.TopicConfig{{Topic: "calls", NumPartitions: 3, ReplicationFactor: 1}},
	})
	if err = errors.Join(err, created.Errors["calls"]); err != nil {
		t.Fatal(err)
	}
	if got := partitions(); got != 3 {
		t.Errorf("partitions: got %d, want 3", got)
	}
	broker.Kill()
	if err := broker.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	if got := partitions(); got != 3 {
		t.Errorf("partitions after a kill: got %d, want 3", got)
	}
}

func TestMissingJava(t *testing.T) {
	t.Setenv("JAVA_HOME", t.TempDir())
	_, err := engine.StartElasticsearch(t.Context(), t.TempDir(), engine.Options{})
	var missing *engine.MissingError
	if !errors.As(err, &missing) || missing.Program != "java" {
		t.Errorf("got %v, want a MissingError of java", err)
	}
}
