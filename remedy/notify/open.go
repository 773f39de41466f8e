package notify

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Kind names a sort of channel.
type Kind string

// The sorts of channels.
const (
	WeCom    Kind = "wecom"    // 企业微信群机器人
	DingTalk Kind = "dingtalk" // 钉钉自定义机器人
	Feishu   Kind = "feishu"   // 飞书自定义机器人
	Mail     Kind = "mail"
	Webhook  Kind = "webhook"
	Kafka    Kind = "kafka"
)

// Config says what one channel is. Which fields count depends on the kind.
type Config struct {
	Name    string
	Kind    Kind
	URL     string        // of a robot or webhook
	Secret  string        // 加签密钥 of 钉钉 and 飞书; whsec_… or any text for a webhook; the password of mail
	Timeout time.Duration // of one message; 15s

	Host     string // of mail
	Port     int    // 587, or 465 for tls
	TLS      string // starttls, tls or none
	Roots    *x509.CertPool
	Username string
	From     string
	To       []string // who gets every mail

	Topic Topic
}

// Open makes a channel. It connects to nothing. Its errors say what is wrong with the configuration.
func Open(cfg Config, wording *Wording) (Channel, error) {
	if cfg.Timeout == 0 {
		cfg.Timeout = 15 * time.Second
	}
	channel, err := open(cfg, wording)
	if err != nil {
		return nil, fmt.Errorf("channel %q: %w", cfg.Name, err)
	}
	return channel, nil
}

func open(cfg Config, wording *Wording) (Channel, error) {
	if cfg.Name == "" || strings.Contains(cfg.Name, "/") {
		return nil, errors.New("give it a name without a slash, as the routing policy calls it")
	}
	switch cfg.Kind {
	case WeCom, DingTalk, Feishu, Webhook:
		if address, err := url.Parse(cfg.URL); err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
			return nil, errors.New("url must be the address that the robot or receiver was given, beginning with https://")
		}
	}
	client := newClient(cfg.Timeout)
	switch cfg.Kind {
	case WeCom:
		return &weCom{name: cfg.Name, url: cfg.URL, client: client, wording: wording}, nil
	case DingTalk:
		return &dingTalk{name: cfg.Name, url: cfg.URL, secret: cfg.Secret, client: client, wording: wording}, nil
	case Feishu:
		return &feishu{name: cfg.Name, url: cfg.URL, secret: cfg.Secret, client: client, wording: wording}, nil
	case Webhook:
		key, err := webhookKey(cfg.Secret)
		if err != nil {
			return nil, err
		}
		return &webhook{name: cfg.Name, url: cfg.URL, key: key, client: client}, nil
	case Mail:
		if cfg.Host == "" || cfg.From == "" {
			return nil, errors.New("mail needs host and from")
		}
		if cfg.Port == 0 {
			cfg.Port = map[bool]int{true: 465, false: 587}[cfg.TLS == "tls"]
		}
		return newMailer(cfg, wording)
	case Kafka:
		if cfg.Topic == nil {
			return nil, errors.New("kafka needs a topic and a cluster: set topic and kafka.brokers")
		}
		return &kafkaTopic{name: cfg.Name, topic: cfg.Topic}, nil
	}
	return nil, fmt.Errorf("kind is %q; there are wecom, dingtalk, feishu, mail, webhook and kafka", cfg.Kind)
}

// webhookKey reads the key of a Standard Webhook: Base64 behind whsec_, else the text itself.
func webhookKey(secret string) ([]byte, error) {
	if secret == "" {
		return nil, nil
	}
	text, coded := strings.CutPrefix(secret, "whsec_")
	if !coded {
		return []byte(secret), nil
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("secret begins with whsec_, but what follows is not Base64")
	}
	return key, nil
}
