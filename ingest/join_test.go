package ingest

import (
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// A member that died while it waited for its place leaves the group without an answer until the rebalance timeout has
// passed in peace. Consumers that give up and join again in turn, always one within that time, must still get in.
func TestJoinUnanswered(t *testing.T) {
	b := newTestBroker(t, 4)
	b.write("calls", 0, contact("a", 1))
	b.leaveDeadMember(2 * time.Second)
	store := newMemStore()
	for range 5 {
		b.consume(store, newMemSink(), nil)
		time.Sleep(1400 * time.Millisecond) // a join ends without an answer after 7 s
	}
	deadline := time.Now().Add(2 * time.Minute)
	for store.size() == 0 {
		if time.Now().After(deadline) {
			t.Fatal("no consumer has got into the group")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// leaveDeadMember leaves a member in the group whose connection ended before its join was answered: the broker gives it a
// place, and has no clock for it to run out.
func (b *testBroker) leaveDeadMember(session time.Duration) {
	join := func(conn net.Conn, member string) kmsg.Request {
		metadata := kmsg.NewConsumerMemberMetadata()
		metadata.Topics = []string{"calls"}
		protocol := kmsg.NewJoinGroupRequestProtocol()
		protocol.Name, protocol.Metadata = "range", metadata.AppendTo(nil)
		r := kmsg.NewPtrJoinGroupRequest()
		r.Version, r.Group, r.MemberID, r.ProtocolType = 1, "suqiu", member, "consumer"
		r.SessionTimeoutMillis, r.RebalanceTimeoutMillis = int32(session.Milliseconds()), int32(session.Milliseconds())
		r.Protocols = append(r.Protocols, protocol)
		if _, err := conn.Write(kmsg.NewRequestFormatter().AppendRequest(nil, r, 1)); err != nil {
			b.t.Fatal(err)
		}
		return r
	}
	var conns [2]net.Conn
	for i := range conns {
		conn, err := net.Dial("tcp", b.Addr())
		if err != nil {
			b.t.Fatal(err)
		}
		conns[i] = conn
		defer conn.Close()
	}
	living, dying := conns[0], conns[1]
	request := join(living, "")
	answer := request.ResponseKind()
	answer.SetVersion(request.GetVersion())
	head := make([]byte, 8) // the answer's size, and the number of what it answers
	if _, err := io.ReadFull(living, head); err != nil {
		b.t.Fatal(err)
	}
	body := make([]byte, binary.BigEndian.Uint32(head)-4)
	if _, err := io.ReadFull(living, body); err != nil {
		b.t.Fatal(err)
	}
	if err := answer.ReadFrom(body); err != nil {
		b.t.Fatal(err)
	}
	const settle = 200 * time.Millisecond // so that the broker sees one after the other
	join(dying, "")
	time.Sleep(settle)
	dying.Close()
	time.Sleep(settle)
	join(living, answer.(*kmsg.JoinGroupResponse).MemberID)
	time.Sleep(settle)
}
