package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// dingTalk is a custom robot of 钉钉 (自定义机器人), signed (加签): open.dingtalk.com/document/robots/custom-robot-access.
type dingTalk struct {
	name, url, secret string
	client            *http.Client
	wording           *Wording
}

// dingTalkBytes bounds the whole request; 钉钉 refuses longer ones with 460101.
const dingTalkBytes = 20_000

// dingTalkVerdicts: whoever sends more than 20 messages a minute is shut out for 10 minutes (130101, 410100); 460101
// and 460202 say too long, 400101 and 400102 blame the content.
var dingTalkVerdicts = verdicts{
	refused: []int{400101, 400102, 460101, 460202},
	slower:  map[int]time.Duration{130101: 10 * time.Minute, 410100: 10 * time.Minute},
}

// Name implements Channel.
func (c *dingTalk) Name() string { return c.name }

// Limits implements Channel.
func (c *dingTalk) Limits() Limits { return Limits{PerMinute: 20} }

// Send implements Channel.
func (c *dingTalk) Send(ctx context.Context, m *Message) error {
	title, body, err := c.wording.Write(m)
	if err != nil {
		return err
	}
	if len(m.Notices) > 1 || m.Duplicate {
		body = "**" + title + "**\n" + body
	}
	mobiles, users, tail := []string{}, []string{}, ""
	for _, p := range m.people() {
		switch {
		case p.DingTalk != "":
			users = append(users, p.DingTalk)
			tail += " @" + p.DingTalk
		case p.Phone != "":
			mobiles = append(mobiles, p.Phone)
			tail += " @" + p.Phone
		}
	}
	if tail != "" {
		tail = "\n" + tail[1:]
	}
	request := func(body string) ([]byte, error) {
		// A line break needs two blanks before it to be seen.
		return encode(map[string]any{
			"msgtype":  "markdown",
			"markdown": map[string]string{"title": title, "text": strings.ReplaceAll(body+tail, "\n", "  \n")},
			"at":       map[string]any{"atMobiles": mobiles, "atUserIds": users, "isAtAll": false},
		})
	}
	sent, err := fitRequest(body, m, dingTalkBytes, request)
	if err != nil {
		return err
	}
	address, err := c.signed(m.Now)
	if err != nil {
		return err
	}
	answer, err := post(ctx, c.client, address, jsonHeader(), sent)
	if err != nil {
		return err
	}
	return dingTalkVerdicts.judge(answer)
}

// signed adds time and signature to the address: HMAC-SHA256 of "milliseconds\nsecret" under the secret, Base64. 钉钉 takes a time
// that is at most an hour off.
func (c *dingTalk) signed(now time.Time) (string, error) {
	address, err := url.Parse(c.url)
	if err != nil {
		return "", fmt.Errorf("sign: %w; correct the channel's url", hideAddress(err))
	}
	if c.secret == "" {
		return c.url, nil
	}
	stamp := strconv.FormatInt(now.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(c.secret))
	mac.Write([]byte(stamp + "\n" + c.secret))
	query := address.Query()
	query.Set("timestamp", stamp)
	query.Set("sign", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	address.RawQuery = query.Encode()
	return address.String(), nil
}

// fitRequest shortens a body until the whole request has at most so many bytes.
func fitRequest(body string, m *Message, limit int, request func(body string) ([]byte, error)) ([]byte, error) {
	var failed error
	fitted := fit(body, m.Notices[0].View.Incident, limit, func(s string) int {
		sent, err := request(s)
		if err != nil {
			failed = err
		}
		return len(sent)
	})
	if failed != nil {
		return nil, failed
	}
	return request(fitted)
}
