package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// feishu is a custom robot of 飞书 (自定义机器人), signed: open.feishu.cn/document/client-docs/bot-v3/add-custom-bot.
type feishu struct {
	name, url, secret string
	client            *http.Client
	wording           *Wording
}

// feishuBytes bounds the whole request.
const feishuBytes = 20 << 10

// feishuVerdicts: 11232 is the limit of 100 messages a minute and 5 a second; 9499 is a bad request.
var feishuVerdicts = verdicts{refused: []int{9499}, slower: map[int]time.Duration{11232: time.Minute}}

// Name implements Channel.
func (c *feishu) Name() string { return c.name }

// Limits implements Channel.
func (c *feishu) Limits() Limits { return Limits{PerMinute: 100} }

// Send implements Channel.
func (c *feishu) Send(ctx context.Context, m *Message) error {
	title, body, err := c.wording.Write(m)
	if err != nil {
		return err
	}
	var mentions strings.Builder
	for _, p := range m.people() {
		if p.Feishu != "" {
			mentions.WriteString("<at id=" + p.Feishu + "></at>")
		}
	}
	colour := "blue"
	if m.Urgent() {
		colour = "red"
	}
	request := func(body string) ([]byte, error) {
		if mentions.Len() > 0 {
			body += "\n" + mentions.String()
		}
		message := map[string]any{"msg_type": "interactive", "card": map[string]any{
			"config":   map[string]any{"wide_screen_mode": true},
			"header":   map[string]any{"title": map[string]string{"tag": "plain_text", "content": title}, "template": colour},
			"elements": []any{map[string]string{"tag": "markdown", "content": body}},
		}}
		if c.secret != "" {
			message["timestamp"], message["sign"] = c.sign(m.Now)
		}
		return encode(message)
	}
	sent, err := fitRequest(body, m, feishuBytes, request)
	if err != nil {
		return err
	}
	answer, err := post(ctx, c.client, c.url, jsonHeader(), sent)
	if err != nil {
		return err
	}
	return feishuVerdicts.judge(answer)
}

// sign returns time and signature: HMAC-SHA256 of nothing under "seconds\nsecret", Base64. 飞书 takes a time that is at
// most an hour off.
func (c *feishu) sign(now time.Time) (stamp, signature string) {
	stamp = strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(stamp+"\n"+c.secret))
	return stamp, base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
