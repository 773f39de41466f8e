package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/remedy"
	"suqiu/remedy/owner"
)

// policyFile is where dictionaries keep the routing policy; the user's takes the place of the shipped one.
const policyFile = "owners/policy.yaml"

// ownerPrefix begins the keys of the tables of people in the ledger.
const ownerPrefix = "owner/"

// policy reads the routing policy.
func (s *session) policy() (*owner.Policy, error) {
	layers, err := s.layers()
	if err != nil {
		return nil, err
	}
	for i := len(layers) - 1; ; i-- {
		data, err := fs.ReadFile(layers[i], policyFile)
		if errors.Is(err, fs.ErrNotExist) && i > 0 {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the routing policy: %w", err)
		}
		return owner.ParsePolicy(policyFile, data)
	}
}

// ownerTables reads what was imported, with the revision of each table.
func ownerTables(ctx context.Context, l index.Ledger) (tables map[owner.Kind]*owner.Table, revs map[owner.Kind]int64, err error) {
	records, err := l.ListRecords(ctx, ownerPrefix)
	if err != nil {
		return nil, nil, fmt.Errorf("read the tables of owners: %w", err)
	}
	tables, revs = map[owner.Kind]*owner.Table{}, map[owner.Kind]int64{}
	for _, r := range records {
		var t owner.Table
		if err := json.Unmarshal(r.Value, &t); err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", r.Key, err)
		}
		tables[t.Kind], revs[t.Kind] = &t, r.Rev
	}
	return tables, revs, nil
}

// directory joins policy and tables.
func (s *session) directory(ctx context.Context, l index.Ledger) (*owner.Directory, error) {
	policy, err := s.policy()
	if err != nil {
		return nil, err
	}
	tables, _, err := ownerTables(ctx, l)
	if err != nil {
		return nil, err
	}
	days, err := s.holidays()
	if err != nil {
		return nil, err
	}
	return owner.New(policy, tables, days)
}

// owners is a directory that follows what is imported while a watcher runs: it is read again when it is older than ownersAge.
type owners struct {
	session *session
	ctx     context.Context // of the command, whose calls it answers
	ledger  index.Ledger

	mu   sync.Mutex
	read time.Time
	now  *owner.Directory
}

const ownersAge = 30 * time.Second

func (s *session) newOwners(ctx context.Context, ledger index.Ledger) *owners {
	return &owners{session: s, ctx: ctx, ledger: ledger}
}

var _ remedy.Router = (*owners)(nil)

// current returns the directory. When what was imported last can't be used, the one before stays in force and the log says why.
func (o *owners) current() (*owner.Directory, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.now != nil && o.session.env.Now().Sub(o.read) < ownersAge {
		return o.now, nil
	}
	d, err := o.session.directory(o.ctx, o.ledger)
	switch {
	case err == nil:
		o.now = d
	case o.now == nil:
		return nil, err
	default:
		o.session.log.Error("the owners can't be read; those read before stay in force", "err", err)
	}
	o.read = o.session.env.Now()
	return o.now, nil
}

// responsible is whose duty a problem is: as told, else that of its leading label.
func (o *owners) responsible(labels []string, told hotline.Responsible) hotline.Responsible {
	if told != "" || len(labels) == 0 {
		return told
	}
	catalogue, err := o.session.catalogue()
	if err != nil {
		return told // nobody watches with rules that can't be read
	}
	info, _ := catalogue.Taxonomy().Label(labels[0])
	return info.Responsible
}

// Route implements remedy.Router.
func (o *owners) Route(q remedy.Question) (remedy.Assignment, error) {
	d, err := o.current()
	if err != nil {
		return remedy.Assignment{}, err
	}
	q.Responsible = o.responsible(q.Labels, q.Responsible)
	return d.Route(q)
}

// Holds implements remedy.Router.
func (o *owners) Holds(a remedy.Assignment, at time.Time) (bool, error) {
	d, err := o.current()
	if err != nil {
		return false, err
	}
	return d.Holds(a, at)
}

// Chain implements remedy.Router.
func (o *owners) Chain(q remedy.Question, from time.Time) ([]remedy.Escalation, error) {
	d, err := o.current()
	if err != nil {
		return nil, err
	}
	q.Responsible = o.responsible(q.Labels, q.Responsible)
	return d.Chain(q, from)
}

// router says who must remedy a problem.
func (s *session) router(ctx context.Context, store index.Store) (remedy.Router, error) {
	o := s.newOwners(ctx, store)
	if _, err := o.current(); err != nil {
		return nil, err
	}
	return o, nil
}
