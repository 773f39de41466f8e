package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
)

// webhook posts CloudEvents to a program's address, signed as Standard Webhooks are (standardwebhooks.com).
type webhook struct {
	name, url string
	key       []byte // nil: not signed
	client    *http.Client
}

// Name implements Channel.
func (c *webhook) Name() string { return c.name }

// Limits implements Channel.
func (c *webhook) Limits() Limits { return Limits{Machine: true} }

// Send implements Channel. The header webhook-id is the notice's key, by which the receiver knows what it had before.
func (c *webhook) Send(ctx context.Context, m *Message) error {
	for i := range m.Notices {
		e := event(&m.Notices[i], m.Duplicate)
		body, err := encode(e)
		if err != nil {
			return err
		}
		header := http.Header{"Content-Type": {eventType}}
		if c.key != nil {
			stamp := strconv.FormatInt(m.Now.Unix(), 10)
			header.Set("Webhook-Id", e.ID)
			header.Set("Webhook-Timestamp", stamp)
			header.Set("Webhook-Signature", webhookSignature(c.key, e.ID, stamp, body))
		}
		if _, err := post(ctx, c.client, c.url, header, body); err != nil {
			return err
		}
	}
	return nil
}

// webhookSignature is that of Standard Webhooks: HMAC-SHA256 of "id.seconds.body".
func webhookSignature(key []byte, id, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
