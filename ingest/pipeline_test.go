package ingest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/ingest/decode"
	"suqiu/ingest/mask"
)

func TestPipelinePayload(t *testing.T) {
	clock := newFakeClock()
	pipeline := testPipeline(clock)
	pipeline.RetentionStart = func(now time.Time) time.Time { return now.AddDate(-3, 0, 0) }
	at := Place{ID: "calls/2/7", Origin: hotline.Origin{Topic: "calls", Partition: 2, Offset: 7}}

	// What one payload gives: documents by id, dead letters by id and reason.
	for _, tt := range []struct {
		name, payload string
		want          []string
	}{
		{"OK", contact("a", 1), []string{"stored 95598:a"}},
		{"Lines", contact("a", 1) + "\n" + contact("b", 1), []string{"stored 95598:a", "stored 95598:b"}},
		{"OneOfThreeBroken", contact("a", 1) + "\n{\"schema\":1,\n" + contact("c", 1),
			[]string{"stored 95598:a", "syntax calls/2/7/1", "stored 95598:c"}},
		{"Empty", "", []string{"empty calls/2/7"}},
		{"Syntax", `{"schema":1,"id":`, []string{"syntax calls/2/7"}},
		{"NoID", strings.Replace(contact("a", 1), `"id":"a",`, "", 1), []string{"id calls/2/7"}},
		{"NewerSchema", strings.Replace(contact("a", 1), `"schema":1`, `"schema":2`, 1), []string{"schema calls/2/7"}},
		{"BeforeRetention", strings.Replace(contact("a", 1), "2026-11-18", "2022-11-18", 1), []string{"time calls/2/7"}},
		{"AfterArrival", strings.Replace(contact("a", 1), "2026-11-18", "2026-11-28", 1), []string{"time calls/2/7"}},
		{"TooLarge", `{"schema":1,"text":"` + strings.Repeat("停", decode.MaxPayloadBytes/3) + `"}`, []string{"size calls/2/7"}},
		{"Panic", contact("broken", 1), []string{"panic calls/2/7"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			origin := at.Origin
			origin.Shared = len(tt.want) > 1
			entries := pipeline.Payload(&source95598, &decode.Input{Value: []byte(tt.payload), Arrived: today}, at)
			var got []string
			for _, e := range entries {
				switch {
				case e.Document != nil && e.Dead == nil:
					got = append(got, "stored "+e.Document.Call.DocID())
					if c := e.Document.Call; c.Origin != origin || !c.Arrived.Equal(today) || c.Area.Grid != "琼/海口" {
						t.Errorf("origin %+v, arrived %s, area %+v", c.Origin, c.Arrived, c.Area)
					}
				case e.Dead != nil && e.Document == nil:
					got = append(got, fmt.Sprintf("%s %s", e.Dead.Reason, e.Dead.ID))
					if e.Dead.Why == "" || e.Dead.Bytes != len(tt.payload) || e.Dead.Origin != origin {
						t.Errorf("letter %+v", e.Dead)
					}
				default:
					t.Errorf("entry %+v must be a document or a dead letter", e)
				}
			}
			if strings.Join(got, ", ") != strings.Join(tt.want, ", ") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A panic's text may quote the input; only its place may be told.
func TestPanicTellsPlaceOnly(t *testing.T) {
	pipeline := testPipeline(newFakeClock())
	entries := pipeline.Payload(&source95598, &decode.Input{Value: []byte(contact("broken", 1)), Arrived: today}, Place{ID: "x"})
	why := entries[0].Dead.Why
	if !strings.Contains(why, "plainParts.Call") || !strings.Contains(why, "runtime.boundsError") {
		t.Errorf("why %q does not name the place and the type", why)
	}
	if strings.Contains(why, "out of range") || strings.Contains(why, "停电") {
		t.Errorf("why %q holds the panic's text", why)
	}
}

// A dialogue whose source does not say who speaks gets its roles.
func TestPipelineFindsAgent(t *testing.T) {
	payload := `{"schema":1,"id":"t","kind":"call","received":"2026-11-18T09:00:00+08:00","turns":[` +
		`{"role":"unknown","text":"您好，国家电网，请问有什么可以帮您？"},{"role":"unknown","text":"我家停电了，什么时候来电？"},` +
		`{"role":"unknown","text":"请您提供一下户号。"},{"role":"unknown","text":"我不知道户号。"}]}`
	entries := testPipeline(newFakeClock()).Payload(&source95598, &decode.Input{Value: []byte(payload), Arrived: today}, Place{ID: "x"})
	if entries[0].Document == nil {
		t.Fatalf("dead letter %+v", entries[0].Dead)
	}
	turns := entries[0].Document.Call.Turns
	if turns[0].Role != hotline.RoleAgent || turns[1].Role != hotline.RoleCustomer {
		t.Errorf("roles %s, %s, want agent, customer", turns[0].Role, turns[1].Role)
	}
}

// A number said in pieces is masked though the roles of the turns, which nothing tells, are guessed wrongly.
func TestPipelineMasksPieces(t *testing.T) {
	keyring, err := mask.ParseKeyring(mask.NewKey("test"))
	if err != nil {
		t.Fatal(err)
	}
	pipeline := testPipeline(newFakeClock())
	if pipeline.Mask, err = mask.New(keyring, nil); err != nil {
		t.Fatal(err)
	}
	payload := `{"schema":1,"id":"t","kind":"call","received":"2026-11-18T09:00:00+08:00","turns":[` +
		`{"text":"您好95598请讲"},{"text":"喂你好我查一下电费"},{"text":"您的联系电话是多少"},{"text":"你记一下 幺三八零零零零"},` +
		`{"text":"好的"},{"text":"六幺二七 记下了吗"},{"text":"已经登记，四十五分钟内会有工作人员联系您"}]}`
	entries := pipeline.Payload(&source95598, &decode.Input{Value: []byte(payload), Arrived: today}, Place{ID: "x"})
	if entries[0].Document == nil {
		t.Fatalf("dead letter %+v", entries[0].Dead)
	}
	if text := entries[0].Document.Call.Text(nil); strings.Contains(text, "六幺二七") || !strings.Contains(text, "记下了吗") {
		t.Errorf("the end of the number is not masked: %s", text)
	}
}

// Whatever bytes come, each gives at least one entry, each a document or a dead letter with an id of its own, and a
// document passes the store's checks.
func FuzzPayload(f *testing.F) {
	for _, seed := range []string{"", "{", contact("a", 1), contact("a", 1) + "\n{\n" + contact("broken", 1), "[" + contact("a", 1) + "]",
		"工单编号,受理时间,诉求内容\nHK1,2026-11-18 09:00:00,停电\n", "PK\x03\x04", "\xff\xfe{", `{"result":[{"sentence_info":[]}]}`} {
		f.Add([]byte(seed))
	}
	src := decode.Source{Name: "any", Hotline: hotline.Hotline12345, Format: decode.Auto, Received: today}
	pipeline := testPipeline(newFakeClock())
	f.Fuzz(func(t *testing.T, payload []byte) {
		entries := pipeline.Payload(&src, &decode.Input{Value: payload, Key: []byte("k"), Arrived: today}, Place{ID: "x"})
		if len(entries) == 0 {
			t.Fatal("no entry: the record would be acknowledged unseen")
		}
		ids := make(map[string]bool)
		for _, e := range entries {
			if ids[e.Place.ID] {
				t.Errorf("two entries with the id %s", e.Place.ID)
			}
			ids[e.Place.ID] = true
			switch {
			case (e.Document == nil) == (e.Dead == nil):
				t.Errorf("entry %+v must be a document or a dead letter", e)
			case e.Document != nil:
				if err := e.Document.Check(); err != nil {
					t.Error(err)
				}
			case e.Dead.ID != e.Place.ID || e.Dead.Reason == "" || e.Dead.Why == "":
				t.Errorf("letter %+v", e.Dead)
			}
		}
	})
}
