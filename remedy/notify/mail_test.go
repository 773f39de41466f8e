package notify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"mime"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// postOffice is a real SMTP server that keeps what it gets.
type postOffice struct {
	mu      sync.Mutex
	letters []letter
	refuse  map[string]*smtp.SMTPError // recipient → answer
	after   *smtp.SMTPError            // answer to the content
}

type letter struct {
	user, from string
	to         []string
	content    string
	encrypted  bool
}

type sitting struct {
	office *postOffice
	conn   *smtp.Conn
	letter letter
}

func (o *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &sitting{office: o, conn: c}, nil
}

func (s *sitting) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *sitting) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "suqiu" || password != "sesame" {
			return smtp.ErrAuthFailed
		}
		s.letter.user = user
		return nil
	}), nil
}

func (s *sitting) Mail(from string, _ *smtp.MailOptions) error {
	if s.letter.user == "" {
		return smtp.ErrAuthRequired
	}
	s.letter.from = from
	return nil
}

func (s *sitting) Rcpt(to string, _ *smtp.RcptOptions) error {
	if answer := s.office.refuse[to]; answer != nil {
		return answer
	}
	s.letter.to = append(s.letter.to, to)
	return nil
}

func (s *sitting) Data(r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	_, s.letter.encrypted = s.conn.TLSConnectionState()
	s.letter.content = string(content)
	s.office.mu.Lock()
	defer s.office.mu.Unlock()
	s.office.letters = append(s.office.letters, s.letter)
	if s.office.after != nil {
		return s.office.after
	}
	return nil
}

func (s *sitting) Reset()        { s.letter = letter{user: s.letter.user} }
func (s *sitting) Logout() error { return nil }

// openOffice starts the server on a free port, with a certificate of its own making.
func openOffice(t *testing.T, o *postOffice, implicit bool) (Config, *x509.CertPool) {
	t.Helper()
	certificate, roots := certificateFor(t, "127.0.0.1")
	server := smtp.NewServer(o)
	server.Domain = "mail.jiangdong.example"
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if implicit {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		_ = listener.Close() // the server does not know of it yet if it has not come to serve
		if err := <-ended; err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return Config{
		Name: "mail", Kind: Mail, Host: "127.0.0.1", Port: port, Roots: roots, Username: "suqiu", Secret: "sesame", From: "suqiu@jiangdong.example",
		To: []string{"duty@jiangdong.example"}, Timeout: 5 * time.Second,
	}, roots
}

func certificateFor(t *testing.T, address string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.ParseIP(address)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// A mail goes over an encrypted connection after a login, and can be read and threaded at the other end.
func TestMail(t *testing.T) {
	for name, implicit := range map[string]bool{"STARTTLS": false, "TLS": true} {
		t.Run(name, func(t *testing.T) {
			office := &postOffice{}
			cfg, _ := openOffice(t, office, implicit)
			if implicit {
				cfg.TLS = "tls"
			}
			channel := open1(t, cfg)
			for _, n := range []int{1, 1, 2} { // the first is sent again
				m := message(notice(n, func(n *Notice) { n.Urgent = true }))
				m.ID = m.Notices[0].Key
				if err := channel.Send(t.Context(), m); err != nil {
					t.Fatal(err)
				}
			}
			got := office.letters[0]
			if !got.encrypted || got.user != "suqiu" || got.from != cfg.From || !slices.Equal(got.to, []string{"duty@jiangdong.example", "zhangsan@jiangdong.example"}) {
				t.Errorf("encrypted %v, user %s, from %s to %v", got.encrypted, got.user, got.from, got.to)
			}
			var heads []mail.Header
			for _, l := range office.letters {
				read, err := mail.ReadMessage(strings.NewReader(l.content))
				if err != nil {
					t.Fatal(err)
				}
				subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
				if err != nil || subject != "新问题：停送电/故障停电 · 云桥区供电公司/云桥供电所" {
					t.Errorf("subject %q, %v", subject, err)
				}
				body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, read.Body))
				if err != nil || !strings.Contains(string(body), "答复口径：抢修人员正在处理") || strings.Contains(string(body), "**") {
					t.Errorf("body %s, %v", body, err)
				}
				heads = append(heads, read.Header)
			}
			if heads[0].Get("Message-ID") != heads[1].Get("Message-ID") || heads[0].Get("Message-ID") == heads[2].Get("Message-ID") {
				t.Error("a mail that is sent again must keep its Message-ID, and another must have another")
			}
			if heads[0].Get("References") != heads[2].Get("References") || heads[0].Get("Importance") != "high" {
				t.Errorf("references %s and %s, importance %s", heads[0].Get("References"), heads[2].Get("References"), heads[0].Get("Importance"))
			}
		})
	}
}

func TestMailFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		change  func(*Config, *postOffice)
		refused bool
		unsure  bool
	}{
		"UnknownCertificate": {func(c *Config, _ *postOffice) { c.Roots = x509.NewCertPool() }, false, false},
		"WrongPassword":      {func(c *Config, _ *postOffice) { c.Secret = "wrong" }, false, false},
		"NoSuchRecipient": {func(_ *Config, o *postOffice) {
			o.refuse["zhangsan@jiangdong.example"] = &smtp.SMTPError{Code: 550, Message: "no such user"}
		}, true, false},
		"MailboxBusy": {func(_ *Config, o *postOffice) {
			o.refuse["zhangsan@jiangdong.example"] = &smtp.SMTPError{Code: 450, Message: "busy"}
		}, false, false},
		"ContentRefused": {func(_ *Config, o *postOffice) { o.after = &smtp.SMTPError{Code: 554, Message: "spam"} }, true, false},
		"ContentLater":   {func(_ *Config, o *postOffice) { o.after = &smtp.SMTPError{Code: 451, Message: "later"} }, false, false},
		"NobodyListens":  {func(c *Config, _ *postOffice) { c.Port = 1 }, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			office := &postOffice{refuse: map[string]*smtp.SMTPError{}}
			cfg, _ := openOffice(t, office, false)
			tc.change(&cfg, office)
			err := open1(t, cfg).Send(t.Context(), message(notice(1, nil)))
			var perhaps interface{ Unsure() bool }
			if err == nil || errors.Is(err, ErrRefused) != tc.refused || errors.As(err, &perhaps) != tc.unsure {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error(), "sesame") {
				t.Error("the error tells the password")
			}
		})
	}
	t.Run("NobodyHasAnAddress", func(t *testing.T) {
		cfg, _ := openOffice(t, &postOffice{}, false)
		cfg.To = nil
		err := open1(t, cfg).Send(t.Context(), message(notice(1, func(n *Notice) { n.People = nil })))
		if !errors.Is(err, ErrRefused) {
			t.Errorf("got %v", err)
		}
	})
}
