package elastic

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"
	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/hint"
	"suqiu/hotline"
)

// errProduct is an answer that did not come from Elasticsearch, such as a proxy's log-in page.
var errProduct = errors.New("the answer did not come from Elasticsearch")

// checkProduct refuses answers of success, and that there is no such thing, without the header that every Elasticsearch of
// version 8 sends: another server's 404 says nothing of the set-up of the indices.
func checkProduct(next elastictransport.RoundTripFunc) elastictransport.RoundTripFunc {
	return func(request *http.Request) (*http.Response, error) {
		response, err := next(request)
		if err != nil {
			return nil, err
		}
		if (response.StatusCode < 300 || response.StatusCode == http.StatusNotFound) && response.Header.Get("X-Elastic-Product") != "Elasticsearch" {
			_ = response.Body.Close() // nothing of it is used
			return nil, fmt.Errorf("%w: status %d", errProduct, response.StatusCode)
		}
		return response, nil
	}
}

// statusError is an answer of the cluster that is not a success.
type statusError struct {
	Status int
	Type   string // Elasticsearch's name of the error, such as index_not_found_exception; may be empty
	Reason string
}

func (e *statusError) Error() string {
	parts := []string{fmt.Sprintf("status %d", e.Status), e.Type, e.Reason}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ": ")
}

// notFound reports whether err is the cluster's answer that it has no such thing.
func notFound(err error) bool {
	var answer *statusError
	return errors.As(err, &answer) && answer.Status == http.StatusNotFound
}

// missingShards reports whether err is the cluster's answer that some months can't be searched at present.
func missingShards(err error) bool {
	var answer *statusError
	return errors.As(err, &answer) && answer.Status == http.StatusServiceUnavailable && answer.Type == "search_phase_execution_exception"
}

// errAnswer is an answer that can't be understood: cut short, or not what was asked for.
var errAnswer = errors.New("the answer is damaged")

// cause is how Elasticsearch words an error.
type cause struct {
	Type   string `json:"type"`
	Reason string `json:"reason"`
	Cause  *cause `json:"caused_by"`
}

func (c *cause) String() string {
	text := c.Type + ": " + c.Reason
	if c.Cause != nil {
		text += ": " + c.Cause.String()
	}
	return text
}

// do sends one request and decodes its answer into out, if that is not nil. op says what is being done, to what, for
// the error, which is the context's where that has ended and else a *hotline.Fault.
func (s *Store) do(ctx context.Context, op string, request esapi.Request, out any) error {
	limited, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	err := s.send(limited, request, out)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", op, ctx.Err())
	}
	return fault(op, err)
}

func (s *Store) send(ctx context.Context, request esapi.Request, out any) error {
	response, err := request.Do(ctx, s.client)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	// The whole body is read before it is decoded, and after, so that the connection can be used again.
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%w: %w", errAnswer, err)
	}
	if response.IsError() {
		return failure(response.StatusCode, body)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%w: %w", errAnswer, err)
	}
	return nil
}

// failure is an answer that is not a success. Of addresses that it does not have, Elasticsearch words the error as a mere
// text. Proxies answer in other forms: the status alone tells then.
func failure(status int, body []byte) *statusError {
	failed := &statusError{Status: status}
	var answer struct {
		Error json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &answer) != nil || json.Unmarshal(answer.Error, &failed.Reason) == nil {
		return failed
	}
	var told cause
	if json.Unmarshal(answer.Error, &told) == nil {
		failed.Type, failed.Reason = told.Type, told.Reason
	}
	for why := told.Cause; failed.Reason == "" && why != nil; why = why.Cause {
		failed.Reason = why.Reason // of a search that fails before it begins, only the causes below tell
	}
	return failed
}

// addresses is the setting of the cluster's addresses, as hints name it.
const addresses = "elasticsearch.addresses"

// fault says what a failed request asks of the caller.
func fault(op string, err error) *hotline.Fault {
	f := &hotline.Fault{Kind: hotline.FaultUnavailable, Op: op, Err: err}
	var answer *statusError
	if errors.Is(err, errProduct) {
		f.Kind, f.Hint = hotline.FaultSetup, hint.Of(hint.OtherServer, addresses)
	}
	if !errors.As(err, &answer) {
		if f.Kind == hotline.FaultUnavailable {
			f.Hint = connectHint(err)
		}
		return f
	}
	switch answer.Status {
	case http.StatusUnauthorized:
		f.Kind, f.Hint = hotline.FaultSetup, hint.Of(hint.Login)
	case http.StatusForbidden:
		f.Kind, f.Hint = hotline.FaultSetup, hint.Of(hint.ElasticRights)
		if answer.Type == "cluster_block_exception" {
			f.Hint = hint.Of(hint.Block)
		}
	case http.StatusNotFound:
		f.Kind, f.Hint = hotline.FaultSetup, hint.Of(hint.IndexSetup)
	case http.StatusRequestEntityTooLarge:
		f.Kind, f.Hint = hotline.FaultTooLarge, hint.Of(hint.SmallerBatches)
	case http.StatusTooManyRequests, http.StatusRequestTimeout:
		if answer.Type == "cluster_block_exception" {
			f.Hint = hint.Of(hint.Block)
		}
	default:
		if answer.Status < 500 {
			f.Kind = hotline.FaultSetup
		}
		if answer.Status == http.StatusBadRequest && answer.Type == "" { // not of a request that came where it should
			f.Hint = hint.Of(hint.Scheme, addresses)
			if answer.Reason != "" {
				f.Hint = hint.Of(hint.OtherServer, addresses)
			}
		}
	}
	return f
}

// connectHint says what the operator can do about a connection that can't be made.
func connectHint(err error) hint.Hint {
	var record tls.RecordHeaderError
	if errors.As(err, &record) {
		return hint.Of(hint.Scheme, addresses)
	}
	if known := hotline.ConnectHint(err, addresses, "elasticsearch.ca_file"); !known.IsZero() {
		return known
	}
	switch {
	case errors.Is(err, http.ErrSchemeMismatch), errors.Is(err, io.EOF):
		return hint.Of(hint.Scheme, addresses)
	case strings.Contains(err.Error(), "fingerprint mismatch"): // the transport has no type for it
		return hint.Of(hint.Fingerprint)
	}
	return hint.Hint{}
}

// setupFault is a fault of the set-up that is found before anything is written.
func setupFault(op string, do hint.Hint, format string, args ...any) *hotline.Fault {
	return &hotline.Fault{Kind: hotline.FaultSetup, Op: op, Hint: do, Err: fmt.Errorf(format, args...)}
}

// object is a JSON object of a request.
type object map[string]any

// body encodes a request's body. All bodies are built here of strings, numbers and objects, which always encode.
func body(v any) *bytes.Reader {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode a request: %v", err))
	}
	return bytes.NewReader(encoded)
}
