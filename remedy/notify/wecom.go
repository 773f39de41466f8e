package notify

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// weCom is a group robot of 企业微信 (群机器人): developer.work.weixin.qq.com/document/path/91770.
type weCom struct {
	name, url string
	client    *http.Client
	wording   *Wording
}

// weComBytes is how many bytes of UTF-8 a Markdown message may have.
const weComBytes = 4096

// weComVerdicts: 45009 is the limit of 20 messages a minute; 40008, 40058 and 44004 blame the content.
var weComVerdicts = verdicts{refused: []int{40008, 40058, 44004}, slower: map[int]time.Duration{45009: time.Minute}}

// Name implements Channel.
func (c *weCom) Name() string { return c.name }

// Limits implements Channel.
func (c *weCom) Limits() Limits { return Limits{PerMinute: 20} }

// Send implements Channel.
func (c *weCom) Send(ctx context.Context, m *Message) error {
	title, body, err := c.wording.Write(m)
	if err != nil {
		return err
	}
	if len(m.Notices) > 1 || m.Duplicate {
		body = "**" + title + "**\n" + body
	}
	var mentions strings.Builder
	for _, p := range m.people() {
		if p.WeCom != "" {
			mentions.WriteString("<@" + p.WeCom + ">")
		}
	}
	tail := ""
	if mentions.Len() > 0 {
		tail = "\n" + mentions.String()
	}
	body = fit(body, m.Notices[0].View.Incident, weComBytes-len(tail), func(s string) int { return len(s) }) + tail
	sent, err := encode(map[string]any{"msgtype": "markdown", "markdown": map[string]string{"content": body}})
	if err != nil {
		return err
	}
	answer, err := post(ctx, c.client, c.url, jsonHeader(), sent)
	if err != nil {
		return err
	}
	return weComVerdicts.judge(answer)
}
