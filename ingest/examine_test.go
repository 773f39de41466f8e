package ingest

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"suqiu/hint"
)

func TestExamine(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(b *testBroker, c *Cluster)
		ahead  time.Duration // of the brokers' clock
		want   []string
	}{
		{name: "NothingWrong"},
		{name: "OneBrokerAway", change: func(_ *testBroker, c *Cluster) { c.Brokers = append(c.Brokers, "127.0.0.1:1") },
			want: []string{"ask broker 127.0.0.1:1", "nothing listens there"}},
		{name: "AllBrokersAway", change: func(_ *testBroker, c *Cluster) { c.Brokers = []string{"127.0.0.1:1", "127.0.0.1:2"} },
			want: []string{"ask broker 127.0.0.1:1", "ask broker 127.0.0.1:2"}},
		{name: "ClockBehind", ahead: 365 * 24 * time.Hour, want: []string{"calls/0: its last record was written ", "NTP"}},
		{name: "NoRightToWriteDeadLetters", change: func(b *testBroker, _ *Cluster) {
			b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.TopicAuthorizationFailed})
		}, want: []string{"write to " + DeadLetterTopic, "give the user the right Write on topic " + DeadLetterTopic}},
		{name: "NoRightOnGroup", change: func(b *testBroker, _ *Cluster) {
			b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetFetch}, Err: kerr.GroupAuthorizationFailed})
		}, want: []string{"give the user the right Describe on group suqiu"}},
		{name: "NoRightToJoin", change: func(b *testBroker, _ *Cluster) {
			b.Cluster().ControlKey(int16(kmsg.DescribeGroups), func(r kmsg.Request) (kmsg.Response, error, bool) {
				answer := r.ResponseKind().(*kmsg.DescribeGroupsResponse)
				answer.Groups = []kmsg.DescribeGroupsResponseGroup{{Group: "suqiu", State: "Dead", AuthorizedOperations: 1 << kmsg.ACLOperationDescribe}}
				return answer, nil, true
			})
		}, want: []string{"read as group suqiu", "give the user the right Read on group suqiu"}},
		{name: "NoRightToRead", change: func(b *testBroker, _ *Cluster) {
			b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Topic: "calls", Err: kerr.TopicAuthorizationFailed})
		}, want: []string{"give the user the right Read on topic calls"}},
		{name: "NoRightToReadNothing", change: func(b *testBroker, _ *Cluster) { // nothing is there yet that could be read
			if err := b.Cluster().DeleteRecords("calls", 0, 1); err != nil {
				b.t.Fatal(err)
			}
			b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Topic: "calls", Err: kerr.TopicAuthorizationFailed})
		}, want: []string{"give the user the right Read on topic calls"}},
		{name: "LeaderSilent", change: func(b *testBroker, _ *Cluster) {
			b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Topic: "calls", Err: kerr.LeaderNotAvailable, Count: -1})
		}, want: []string{"partition calls/0: its leader does not answer", "see whether the broker that leads it runs"}},
		{name: "RetentionOvertook", change: func(b *testBroker, _ *Cluster) {
			c := b.consume(newMemStore(), newMemSink(), nil)
			b.awaitCommits("calls", 1)
			c.stop()
			b.write("calls", 0, contact("b", 1), contact("c", 1))
			if err := b.Cluster().DeleteRecords("calls", 0, 3); err != nil {
				b.t.Fatal(err)
			}
		}, want: []string{"retention has removed offsets 1 to 2", "suqiu audit"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newTestBroker(t, 1, "calls", DeadLetterTopic)
			b.write("calls", 0, contact("a", 1))
			letters := b.deadLetters()
			cluster := b.cluster()
			if tt.change != nil {
				tt.change(b, &cluster)
			}
			found, err := Examine(t.Context(), cluster, "suqiu", []string{"calls"}, letters, time.Now().Add(-tt.ahead))
			if len(tt.want) == 0 {
				if err != nil || !reflect.DeepEqual(found, Examination{Topics: 2, Partitions: 1}) {
					t.Errorf("got %+v, %v", found, err)
				}
				return
			}
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q in it", err, want)
				}
			}
		})
	}
	t.Run("MissingTopic", func(t *testing.T) {
		b := newTestBroker(t, 1, "calls", DeadLetterTopic)
		_, err := Examine(t.Context(), b.cluster(), "suqiu", []string{"calls", "orders"}, b.deadLetters(), time.Now())
		if err == nil || err.Error() != "missing topics: [orders] ("+hint.Of(hint.MissingTopics).String()+")" {
			t.Errorf("got %v", err)
		}
	})
}
