package notify

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net/textproto"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// mailer sends e-mail over SMTP.
type mailer struct {
	name    string
	client  *mail.Client
	from    string
	always  []string // who gets every message, beside the people it is for
	wording *Wording
}

// Name implements Channel.
func (c *mailer) Name() string { return c.name }

// Limits implements Channel.
func (c *mailer) Limits() Limits { return Limits{} }

// newMailer makes the channel. TLS is how the connection is protected: starttls (the default), tls from the first byte
// on, or none.
func newMailer(cfg Config, wording *Wording) (*mailer, error) {
	options := []mail.Option{mail.WithPort(cfg.Port), mail.WithTimeout(cfg.Timeout), mail.WithTLSConfig(&tls.Config{
		ServerName: cfg.Host, MinVersion: tls.VersionTLS12, RootCAs: cfg.Roots,
	})}
	switch cfg.TLS {
	case "", "starttls":
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case "tls":
		options = append(options, mail.WithSSL())
	case "none":
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return nil, fmt.Errorf("tls is %q; there are starttls, tls and none", cfg.TLS)
	}
	if cfg.Username != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(cfg.Username), mail.WithPassword(cfg.Secret))
	}
	client, err := mail.NewClient(cfg.Host, options...)
	if err != nil {
		return nil, err
	}
	return &mailer{name: cfg.Name, client: client, from: cfg.From, always: cfg.To, wording: wording}, nil
}

// Send implements Channel. The Message-ID is made of the message's id, so that mail that is sent again can be known, and mails of
// one incident stand in one thread.
func (c *mailer) Send(ctx context.Context, m *Message) error {
	title, body, err := c.wording.Write(m)
	if err != nil {
		return err
	}
	letter := mail.NewMsg(mail.WithCharset(mail.CharsetUTF8), mail.WithEncoding(mail.EncodingB64))
	if err := letter.From(c.from); err != nil {
		return fmt.Errorf("sender %q: %w; correct the channel's from", c.from, err)
	}
	to := append([]string(nil), c.always...)
	for _, p := range m.people() {
		if p.Email != "" {
			to = append(to, p.Email)
		}
	}
	if len(to) == 0 {
		return fmt.Errorf("%w: nobody has an e-mail address; add it to the table of people, or to to: of the channel", ErrRefused)
	}
	if err := letter.To(to...); err != nil {
		return fmt.Errorf("%w: recipients: %w", ErrRefused, err)
	}
	letter.Subject(strings.ReplaceAll(title, "\n", " "))
	letter.SetDateWithValue(m.Now)
	letter.SetMessageIDWithValue(mailID(m.ID))
	letter.SetGenHeader(mail.HeaderReferences, "<"+mailID(m.Notices[0].View.Incident)+">")
	if m.Urgent() {
		letter.SetImportance(mail.ImportanceHigh)
	}
	letter.SetBodyString(mail.TypeTextPlain, strings.ReplaceAll(body, "**", ""))
	return judgeMail(c.client.DialAndSendWithContext(ctx, letter))
}

// mailID is the left and right side of a Message-ID.
func mailID(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:12]) + "@suqiu"
}

// judgeMail tells refusals for good (5xx of recipients and content) from what may pass.
func judgeMail(err error) error {
	if err == nil {
		return nil
	}
	var failed *mail.SendError
	var answer *textproto.Error
	switch {
	case errors.As(err, &failed):
		if failed.IsTemp() || failed.Reason == mail.ErrSMTPMailFrom || failed.Reason == mail.ErrSMTPReset || failed.Reason == mail.ErrConnCheck {
			return err
		}
		if failed.Reason == mail.ErrSMTPDataClose || failed.Reason == mail.ErrWriteContent {
			if failed.ErrorCode() >= 500 {
				return fmt.Errorf("%w: %w", ErrRefused, err)
			}
			return unsure{err}
		}
		return fmt.Errorf("%w: %w", ErrRefused, err)
	case errors.As(err, &answer) && answer.Code == 421:
		return retryAfter{err, time.Minute}
	}
	return err
}
