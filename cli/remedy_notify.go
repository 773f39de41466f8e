package cli

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"suqiu/classify"
	"suqiu/cli/config"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/ingest"
	"suqiu/remedy"
	"suqiu/remedy/notify"
	"suqiu/remedy/owner"
)

// herald sends the messages of incidents: it knows how labels are called, what to answer, who is where, and the channels.
type herald struct {
	session  *session
	names    labelNames
	answers  *classify.ApprovedAnswers
	book     notify.Playbook
	notifier *notify.Notifier
	owners   *owners
}

// herald prepares the channels of the configuration. It connects to nothing.
func (s *session) herald(ctx context.Context, store index.Store) (*herald, error) {
	layers, err := s.layers()
	if err != nil {
		return nil, err
	}
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	answers, err := s.answers(names.taxonomy)
	if err != nil {
		return nil, err
	}
	book, err := notify.ReadPlaybook(layers...)
	if err != nil {
		return nil, err
	}
	channels, err := s.channels()
	if err != nil {
		return nil, err
	}
	notifier, err := notify.New(remedyLedger{store}, channels, notify.Options{
		Lease: s.cfg.Notify.Lease, MaxAge: s.cfg.Notify.MaxAge, Zone: s.zone, Log: s.log,
	})
	if err != nil {
		return nil, err
	}
	return &herald{session: s, names: names, answers: answers, book: book, notifier: notifier, owners: s.newOwners(ctx, store)}, nil
}

// channels opens the channels of the configuration.
func (s *session) channels() ([]notify.Channel, error) {
	layers, err := s.layers()
	if err != nil {
		return nil, err
	}
	wording, err := notify.ReadWording(s.zone, layers...)
	if err != nil {
		return nil, err
	}
	var all []notify.Channel
	for _, c := range s.cfg.Notify.Channels {
		cfg, err := s.channelConfig(c)
		if err != nil {
			return nil, fmt.Errorf("notify.channels, %s: %w", c.Name, err)
		}
		channel, err := notify.Open(cfg, wording)
		if err != nil {
			return nil, fmt.Errorf("notify.channels: %w", err)
		}
		all = append(all, channel)
	}
	return all, nil
}

// channelConfig resolves what stands in files.
func (s *session) channelConfig(c config.Channel) (notify.Config, error) {
	cfg := notify.Config{
		Name: c.Name, Kind: notify.Kind(c.Kind), URL: string(c.URL), Secret: string(c.Secret), Timeout: min(15*time.Second, s.cfg.Notify.Lease/2),
		Host: c.Host, Port: c.Port, TLS: c.TLS, Username: c.Username, From: c.From, To: c.To,
	}
	for _, side := range []struct {
		file string
		into *string
	}{{c.URLFile, &cfg.URL}, {c.SecretFile, &cfg.Secret}} {
		data, err := readOptional(side.file)
		if err != nil {
			return cfg, err
		}
		if data != nil {
			*side.into = strings.TrimSpace(string(data))
		}
	}
	if c.CAFile != "" {
		pem, err := readOptional(c.CAFile)
		if err != nil {
			return cfg, err
		}
		cfg.Roots = x509.NewCertPool()
		if !cfg.Roots.AppendCertsFromPEM(pem) {
			return cfg, fmt.Errorf("%s holds no PEM certificate", c.CAFile)
		}
	}
	if cfg.Kind == notify.Kafka {
		cluster, err := s.cluster()
		if err != nil {
			return cfg, err
		}
		writer, err := ingest.NewTopicWriter(cluster, c.Topic)
		if err != nil {
			return cfg, err
		}
		s.onClose(writer.Close)
		cfg.Topic = writer
	}
	return cfg, nil
}

// asks are the kinds of messages that ask their owner to acknowledge.
var asks = []remedy.Kind{remedy.KindOpened, remedy.KindReopened, remedy.KindMoved, remedy.KindAssigned, remedy.KindDissatisfied, remedy.KindEscalated}

// notices makes notices of what stands in the outbox of incidents.
func (h *herald) notices(all []remedy.Incident) ([]notify.Notice, error) {
	d, err := h.owners.current()
	if err != nil {
		return nil, err
	}
	var notices []notify.Notice
	for k := range all {
		i := &all[k]
		newest := -1 // of the messages that ask
		for n := range i.Outbox {
			if slices.Contains(asks, i.Outbox[n].Kind) {
				newest = n
			}
		}
		for n := range i.Outbox {
			made := h.notice(d, i, i.Outbox[n])
			made.Waiting = n == newest && i.Alive() && i.Work == remedy.Open
			notices = append(notices, made)
		}
	}
	return notices, nil
}

func (h *herald) notice(d *owner.Directory, i *remedy.Incident, m remedy.Message) notify.Notice {
	label := ""
	if len(m.View.Labels) > 0 {
		label = m.View.Labels[0]
	}
	names := make([]string, len(m.View.Labels))
	for n, code := range m.View.Labels {
		names[n] = h.names.name(code)
	}
	answer, _ := h.answers.Of(label)
	todo := h.book.Todo(label)
	if answer.Check != "" {
		todo = append([]string{"先核实：" + answer.Check}, todo...)
	}
	decision := d.Decide(owner.Question{Labels: m.View.Labels, Sensitive: i.Assignment.Sensitive, Area: m.View.Area, Hotlines: i.Fired.Told.Hotlines, At: m.At, Responsible: h.owners.responsible(m.View.Labels, "")})
	made := notify.Notice{
		Message: m, Options: decision.Options, LabelName: strings.Join(names, "、"), Sensitive: i.Assignment.Sensitive,
		Outage: slices.Contains(m.View.Labels, outageLabel), Answer: answer.Answer, Todo: todo,
	}
	for _, p := range m.To {
		known, ok := d.Person(p.ID)
		if !ok {
			known = owner.Person{ID: p.ID, Name: p.Name, Unit: p.Unit}
		}
		made.People = append(made.People, known)
	}
	return made
}

// tell sends what is due. Without any channel it only says in the log what there would be to tell.
func (h *herald) tell(ctx context.Context, ledger remedy.Ledger, now time.Time) (notify.Done, error) {
	all, err := remedy.All(ctx, ledger)
	if err != nil {
		return notify.Done{}, err
	}
	notices, err := h.notices(all)
	if err != nil {
		return notify.Done{}, err
	}
	return h.notifier.Drain(ctx, notices, now)
}

// drain hands the messages of the outbox on: to the channels, and what is new since the last look to the log.
func (s *session) drain(ctx context.Context, store index.Store, messages []remedy.Message, since time.Time) error {
	for _, m := range messages {
		if !m.At.Before(since) {
			s.log.Info("incident", "kind", string(m.Kind), "key", m.Key, "label", m.View.Labels, "area", m.View.Area, "note", m.Note)
		}
	}
	if len(s.cfg.Notify.Channels) == 0 {
		return nil
	}
	if s.told == nil {
		h, err := s.herald(ctx, store)
		if err != nil {
			return err
		}
		s.told = h
	}
	done, err := s.told.tell(ctx, remedyLedger{store}, since)
	if done != (notify.Done{}) {
		s.log.Info("notify", "sent", done.Sent, "notices", done.Notices, "failed", done.Failed, "refused", done.Refused, "silenced", done.Silenced, "held", done.Held)
	}
	return err
}

// outageLabel is the label whose cause is an outage: a draft notice for the community goes with it.
const outageLabel = "outage.fault"

// hotlinesOf reads a list of hotlines.
func hotlinesOf(texts []string) ([]hotline.Hotline, error) {
	var all []hotline.Hotline
	for _, text := range texts {
		if !hotline.Hotline(text).Valid() {
			return nil, usagef("--hotline %s：可写 95598、12398、12345", text)
		}
		all = append(all, hotline.Hotline(text))
	}
	return all, nil
}
