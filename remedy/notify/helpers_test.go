package notify

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/dicts"
	"suqiu/remedy"
	"suqiu/remedy/owner"
)

func wording(t testing.TB) *Wording {
	t.Helper()
	w, err := ReadWording(calendar.Shanghai(), dicts.Embedded(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// noon is a moment outside quiet hours.
var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, calendar.Shanghai())

// notice is the n-th message of an incident, for one person.
func notice(n int, change func(*Notice)) Notice {
	made := Notice{
		Message: remedy.Message{
			Key: fmt.Sprintf("1a2b3c/%04d", n), Kind: remedy.KindOpened, At: noon.Add(-time.Hour),
			View: remedy.View{
				Incident: "1a2b3c", Root: remedy.Root{Family: "outage", Labels: []string{"outage.fault"}, Area: "江东电力/临州供电公司/云桥区供电公司/云桥供电所"},
				Signal: remedy.Growing, Work: remedy.Open, Since: noon.AddDate(0, 0, -2), Days: 3, Observed: 19, Expected: 4.2, P: 3e-5, Matters: 19, Callers: 17,
				Examples: []remedy.Example{{ID: "95598:1", Text: "整栋楼都没电了"}, {ID: "95598:2", Text: "又停电"}, {ID: "95598:3", Text: "跳闸"}, {ID: "95598:4", Text: "第四条"}},
				Owner:    remedy.Person{ID: "J0001", Name: "张三", Role: "供电所长"}, Explains: []string{"台风预警"},
			},
		},
		People:    []owner.Person{{ID: "J0001", Name: "张三", Phone: "13800000000", WeCom: "zhangsan", Feishu: "ou_1", Email: "zhangsan@jiangdong.example"}},
		LabelName: "停送电/故障停电", Outage: true, Answer: "抢修人员正在处理", Todo: []string{"核实故障点", "发布停电信息"},
		Options: owner.Options{Channels: []string{"team"}},
	}
	if change != nil {
		change(&made)
	}
	return made
}

func message(notices ...Notice) *Message {
	return &Message{ID: "m1", Notices: notices, Now: noon}
}

// received is one request as a server saw it.
type received struct {
	header http.Header
	query  map[string][]string
	body   []byte
}

// receiver is a real HTTP server that keeps what it gets and answers as it is told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []received
	answer func(n int) (status int, body string) // n counts from 0
}

func newReceiver(t testing.TB, answer func(n int) (int, string)) *receiver {
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		n := len(r.got)
		r.got = append(r.got, received{request.Header, request.URL.Query(), body})
		r.mu.Unlock()
		status, text := r.answer(n)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received(nil), r.got...)
}

func always(status int, body string) func(int) (int, string) {
	return func(int) (int, string) { return status, body }
}

const taken = `{"errcode":0,"errmsg":"ok"}`

// hmac256 is HMAC-SHA256 written from RFC 2104, so that signatures are not checked by the code that makes them.
func hmac256(key, text []byte) []byte {
	if len(key) > sha256.BlockSize {
		sum := sha256.Sum256(key)
		key = sum[:]
	}
	inner, outer := []byte(strings.Repeat("\x36", sha256.BlockSize)), []byte(strings.Repeat("\x5c", sha256.BlockSize))
	for i, b := range key {
		inner[i] ^= b
		outer[i] ^= b
	}
	first := sha256.Sum256(append(inner, text...))
	second := sha256.Sum256(append(outer, first[:]...))
	return second[:]
}

func open1(t testing.TB, cfg Config) Channel {
	t.Helper()
	channel, err := Open(cfg, wording(t))
	if err != nil {
		t.Fatal(err)
	}
	return channel
}
