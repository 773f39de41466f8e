package notify

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"suqiu/remedy"
	"suqiu/remedy/owner"
)

// The vectors were computed with openssl dgst -sha256 -hmac; that of the webhook is the one published with Standard Webhooks.
func TestSignatureVectors(t *testing.T) {
	const secret = "SECtest of signing"
	now := time.Unix(1599360473, 0)
	t.Run("DingTalk", func(t *testing.T) {
		address, err := (&dingTalk{url: "https://robot.example/send?access_token=a", secret: secret}).signed(now)
		if want := "https://robot.example/send?access_token=a&sign=YRa9dTPJgbabg%2Bhs1GW0xLiMS2TvRdBlvQ4CHp2%2BJdc%3D&timestamp=1599360473000"; err != nil || address != want {
			t.Errorf("got %s, %v", address, err)
		}
	})
	t.Run("Feishu", func(t *testing.T) {
		stamp, got := (&feishu{secret: secret}).sign(now)
		if stamp != "1599360473" || got != "TbCBJ+MGvHFVfMQWEB0HpW1FGCckCHnt205pyKvuFgI=" {
			t.Errorf("got %s, %s", stamp, got)
		}
	})
	t.Run("Webhook", func(t *testing.T) {
		key, err := webhookKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
		if err != nil {
			t.Fatal(err)
		}
		got := webhookSignature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
		if got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
			t.Errorf("got %s", got)
		}
	})
}

func TestWeCom(t *testing.T) {
	server := newReceiver(t, always(200, taken))
	if err := open1(t, Config{Name: "team", Kind: WeCom, URL: server.URL + "?key=k"}).Send(t.Context(), message(notice(1, nil))); err != nil {
		t.Fatal(err)
	}
	var sent struct {
		MsgType  string
		Markdown struct{ Content string }
	}
	if err := json.Unmarshal(server.all()[0].body, &sent); err != nil || sent.MsgType != "markdown" {
		t.Fatalf("%s, %v", server.all()[0].body, err)
	}
	for _, want := range []string{"新问题：停送电/故障停电", "云桥供电所", "近 3 天 19 起，往常约 4.2 起（4.5 倍）", "17 人反映", "极有把握", "台风预警", "张三（供电所长）",
		"核实故障点", "答复口径：抢修人员正在处理", "> 整栋楼都没电了", "> 跳闸", "社区通知草稿", "尊敬的居民：云桥区供电公司/云桥供电所一带", "<@zhangsan>"} {
		if !strings.Contains(sent.Markdown.Content, want) {
			t.Errorf("%q is missing in\n%s", want, sent.Markdown.Content)
		}
	}
	if strings.Contains(sent.Markdown.Content, "第四条") || strings.Contains(sent.Markdown.Content, "可能重复") {
		t.Errorf("more than three examples, or marked as a duplicate:\n%s", sent.Markdown.Content)
	}
	if server.all()[0].query["key"][0] != "k" {
		t.Error("the robot's key is lost")
	}
}

func TestDingTalk(t *testing.T) {
	const secret = "SEC0123456789"
	server := newReceiver(t, always(200, taken))
	channel := open1(t, Config{Name: "team", Kind: DingTalk, URL: server.URL + "/robot/send?access_token=a+b", Secret: secret})
	m := message(notice(1, nil))
	m.Duplicate = true
	if err := channel.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := server.all()[0]
	stamp := got.query["timestamp"][0]
	if stamp != fmt.Sprint(noon.UnixMilli()) || got.query["access_token"][0] != "a b" {
		t.Errorf("query %v", got.query)
	}
	if want := base64.StdEncoding.EncodeToString(hmac256([]byte(secret), []byte(stamp+"\n"+secret))); got.query["sign"][0] != want {
		t.Errorf("signature %s, want %s", got.query["sign"][0], want)
	}
	var sent struct {
		Markdown struct{ Title, Text string }
		At       struct{ AtMobiles, AtUserIDs []string }
	}
	if err := json.Unmarshal(got.body, &sent); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(sent.Markdown.Title, "（可能重复）新问题") || !strings.Contains(sent.Markdown.Text, "@13800000000") || len(sent.At.AtMobiles) != 1 {
		t.Errorf("sent %s", got.body)
	}
	if strings.Count(sent.Markdown.Text, "\n") != strings.Count(sent.Markdown.Text, "  \n") {
		t.Error("a line break without the two blanks is not seen")
	}
}

func TestFeishu(t *testing.T) {
	const secret = "feishu secret"
	server := newReceiver(t, always(200, `{"code":0,"msg":"success","data":{}}`))
	channel := open1(t, Config{Name: "team", Kind: Feishu, URL: server.URL, Secret: secret})
	if err := channel.Send(t.Context(), message(notice(1, func(n *Notice) { n.Urgent = true }))); err != nil {
		t.Fatal(err)
	}
	var sent struct {
		Timestamp, Sign string
		MsgType         string `json:"msg_type"`
		Card            struct {
			Header   struct{ Template string }
			Elements []struct{ Tag, Content string }
		}
	}
	if err := json.Unmarshal(server.all()[0].body, &sent); err != nil {
		t.Fatal(err)
	}
	if want := base64.StdEncoding.EncodeToString(hmac256([]byte(sent.Timestamp+"\n"+secret), nil)); sent.Sign != want || sent.Timestamp != fmt.Sprint(noon.Unix()) {
		t.Errorf("signature %s at %s, want %s", sent.Sign, sent.Timestamp, want)
	}
	if sent.Card.Header.Template != "red" || !strings.Contains(sent.Card.Elements[0].Content, "<at id=ou_1></at>") {
		t.Errorf("sent %s", server.all()[0].body)
	}
}

func TestWebhook(t *testing.T) {
	key := []byte("a key of 24 bytes or so!")
	server := newReceiver(t, always(202, ""))
	channel := open1(t, Config{Name: "hook", Kind: Webhook, URL: server.URL, Secret: "whsec_" + base64.StdEncoding.EncodeToString(key)})
	m := message(notice(1, nil))
	m.Duplicate = true
	if err := channel.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := server.all()[0]
	id, stamp := got.header.Get("webhook-id"), got.header.Get("webhook-timestamp")
	if want := "v1," + base64.StdEncoding.EncodeToString(hmac256(key, fmt.Appendf(nil, "%s.%s.%s", id, stamp, got.body))); got.header.Get("webhook-signature") != want {
		t.Errorf("signature %s, want %s", got.header.Get("webhook-signature"), want)
	}
	var e map[string]any
	if err := json.Unmarshal(got.body, &e); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]any{"specversion": "1.0", "id": "1a2b3c/0001", "source": "suqiu", "type": "suqiu.incident.opened", "subject": "1a2b3c",
		"datacontenttype": "application/json", "possibleduplicate": true, "time": "2026-11-26T03:00:00Z"} {
		if e[field] != want {
			t.Errorf("%s is %v, want %v", field, e[field], want)
		}
	}
	if id != "1a2b3c/0001" || !strings.HasPrefix(got.header.Get("content-type"), "application/cloudevents+json") || strings.Contains(string(got.body), "13800000000") {
		t.Errorf("id %s, header %v, body %s", id, got.header, got.body)
	}
}

// What the other side answers decides whether a message is tried again, when, and whether it may have been taken.
func TestAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		kind    Kind
		status  int
		body    string
		refused bool
		unsure  bool
		wait    time.Duration
	}{
		"WeComTooFast":      {WeCom, 200, `{"errcode":45009,"errmsg":"api freq out of limit"}`, false, false, time.Minute},
		"WeComContent":      {WeCom, 200, `{"errcode":40058,"errmsg":"markdown.content exceed max length"}`, true, false, 0},
		"WeComKeyWrong":     {WeCom, 200, `{"errcode":93000,"errmsg":"invalid webhook url"}`, false, false, 0},
		"DingTalkTooFast":   {DingTalk, 200, `{"errcode":130101,"errmsg":"send too fast"}`, false, false, 10 * time.Minute},
		"DingTalkTooLong":   {DingTalk, 200, `{"errcode":460101,"errmsg":"too long"}`, true, false, 0},
		"DingTalkSignature": {DingTalk, 200, `{"errcode":310000,"errmsg":"sign not match"}`, false, false, 0},
		"FeishuTooFast":     {Feishu, 200, `{"code":11232,"msg":"frequency limited"}`, false, false, time.Minute},
		"FeishuBadRequest":  {Feishu, 200, `{"code":9499,"msg":"Bad Request"}`, true, false, 0},
		"NoRobotAtAll":      {WeCom, 200, `<html>login</html>`, false, true, 0},
		"ServerFails":       {Webhook, 503, ``, false, false, 0},
		"Unauthorised":      {Webhook, 401, ``, false, false, 0},
		"BadRequest":        {Webhook, 400, ``, true, false, 0},
		"Moved":             {Webhook, 302, ``, false, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			server := newReceiver(t, always(tc.status, tc.body))
			err := open1(t, Config{Name: "c", Kind: tc.kind, URL: server.URL + "?key=topsecret"}).Send(t.Context(), message(notice(1, nil)))
			var later retryAfter
			wait := time.Duration(0)
			if errors.As(err, &later) {
				wait = later.wait
			}
			var perhaps interface{ Unsure() bool }
			if err == nil || errors.Is(err, ErrRefused) != tc.refused || errors.As(err, &perhaps) != tc.unsure || wait != tc.wait {
				t.Errorf("got %v, wait %s", err, wait)
			}
		})
	}
}

// No error tells the address of a robot, which holds its key; what was never sent can't be a duplicate, what was cut off may be.
func TestFailedConnections(t *testing.T) {
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		close   bool
		unsure  bool
	}{
		"NobodyListens": {close: true},
		"CutOff":        {handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, unsure: true},
		"TooSlow": {handler: func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then the server sees that the other side hangs up
			<-r.Context().Done()
		}, unsure: true},
	} {
		t.Run(name, func(t *testing.T) {
			server := newReceiver(t, always(200, taken))
			if tc.handler != nil {
				server.Config.Handler = tc.handler
			}
			if tc.close {
				server.Close()
			}
			err := open1(t, Config{Name: "c", Kind: WeCom, URL: server.URL + "/topsecret?key=topsecret", Timeout: 200 * time.Millisecond}).Send(t.Context(), message(notice(1, nil)))
			var perhaps interface{ Unsure() bool }
			if err == nil || errors.As(err, &perhaps) != tc.unsure || strings.Contains(err.Error(), "topsecret") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// However long a message would be, it keeps the platform's limit, is cut at characters, and says where the rest is.
func TestLengthLimits(t *testing.T) {
	long := notice(1, func(n *Notice) {
		n.Note = strings.Repeat("备注很长。👨‍👩‍👧", 400)
		n.Answer = strings.Repeat("口径很长。", 3000)
		n.Todo = []string{strings.Repeat("要点很长。", 800)}
		for i := range n.View.Examples {
			n.View.Examples[i].Text = strings.Repeat("例子很长。", 5000)
		}
	})
	many := make([]Notice, maxGroup)
	for i := range many {
		many[i] = notice(i, func(n *Notice) { n.Note = strings.Repeat("备注。", 600) })
	}
	for name, m := range map[string]*Message{"One": message(long), "Many": message(many...)} {
		t.Run(name, func(t *testing.T) {
			for kind, limit := range map[Kind]int{WeCom: 4096, DingTalk: 20_000, Feishu: 20 << 10} {
				server := newReceiver(t, always(200, taken))
				if err := open1(t, Config{Name: "c", Kind: kind, URL: server.URL, Secret: "s"}).Send(t.Context(), m); err != nil {
					t.Fatal(err)
				}
				body := server.all()[0].body
				counted := len(body)
				if kind == WeCom {
					var sent struct{ Markdown struct{ Content string } }
					if err := json.Unmarshal(body, &sent); err != nil {
						t.Fatal(err)
					}
					counted = len(sent.Markdown.Content)
					if !strings.HasSuffix(sent.Markdown.Content, "<@zhangsan>") {
						t.Error("the mention was cut off")
					}
				}
				if counted > limit || counted < limit/4 || !utf8.Valid(body) || strings.ContainsRune(string(body), utf8.RuneError) {
					t.Errorf("%s: %d bytes of at most %d", kind, counted, limit)
				}
				if !strings.Contains(string(body), "全文：suqiu incident show 1a2b3c") {
					t.Errorf("%s does not say where the rest is", kind)
				}
			}
		})
	}
}

// A caller's words call nobody, link nowhere and format nothing.
func TestWordsOfCallersAreHarmless(t *testing.T) {
	server := newReceiver(t, always(200, taken))
	bad := notice(1, func(n *Notice) {
		n.View.Examples = []remedy.Example{{Text: "<@all> [点我](http://evil.example) **加粗** <font color=\"warning\">红</font>\n> 引用 @13800000001 `x`"}}
		n.People = []owner.Person{{ID: "J1"}}
	})
	if err := open1(t, Config{Name: "c", Kind: WeCom, URL: server.URL}).Send(t.Context(), message(bad)); err != nil {
		t.Fatal(err)
	}
	var sent struct{ Markdown struct{ Content string } }
	if err := json.Unmarshal(server.all()[0].body, &sent); err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"<@", "[点我]", "**加粗", "<font", "@1380", "`"} {
		if strings.Contains(sent.Markdown.Content, never) {
			t.Errorf("%q stands in\n%s", never, sent.Markdown.Content)
		}
	}
	if !strings.Contains(sent.Markdown.Content, "＜＠all＞ ［点我］(http://evil.example)") {
		t.Error(sent.Markdown.Content)
	}
}

// Below five callers a sensitive problem goes without examples, for people and for programs.
func TestExamplesOfSensitiveProblems(t *testing.T) {
	for callers, shown := range map[int]bool{4: false, 5: true} {
		server := newReceiver(t, always(200, taken))
		n := notice(1, func(n *Notice) { n.Sensitive, n.View.Callers = true, callers })
		for _, kind := range []Kind{WeCom, Webhook} {
			if err := open1(t, Config{Name: "c", Kind: kind, URL: server.URL}).Send(t.Context(), message(n)); err != nil {
				t.Fatal(err)
			}
		}
		for i, got := range server.all() {
			if strings.Contains(string(got.body), "整栋楼都没电了") != shown {
				t.Errorf("%d callers, request %d: %s", callers, i, got.body)
			}
		}
		if says := strings.Contains(string(server.all()[0].body), "来电人不足 5 人"); says == shown {
			t.Errorf("%d callers: says why there are none: %v", callers, says)
		}
	}
}
