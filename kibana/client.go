package kibana

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"suqiu/hint"
	"suqiu/hotline"
)

// Config says where Kibana is and who imports.
type Config struct {
	URL      string // with the base path, if Kibana has one, such as https://kibana:5601/analysis
	Space    string // id of the space; empty for the default one
	Username string
	Password string
	APIKey   string // base64 of id:key; instead of a user
	CACert   []byte // PEM; trusted instead of the system's authorities

	Timeout time.Duration // of one request; by default 1 minute
	Tries   uint          // of one request, while Kibana is away or busy; by default 5
	Wait    time.Duration // before the second try, longer before each further one; by default 1 s
}

var spacePattern = regexp.MustCompile(`^[a-z0-9_-]*$`)

// Client imports saved objects into one space of a Kibana.
type Client struct {
	config Config
	http   *http.Client
	base   string // of the space's API
}

// NewClient makes a client of a configuration, which it checks. It does not speak to Kibana.
func NewClient(config Config) (*Client, error) {
	if config.Timeout == 0 {
		config.Timeout = time.Minute
	}
	if config.Tries == 0 {
		config.Tries = 5
	}
	if config.Wait == 0 {
		config.Wait = time.Second
	}
	var faults []error
	u, err := url.Parse(config.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		faults = append(faults, fmt.Errorf("address %q: must be a URL such as https://kibana:5601", config.URL))
	}
	if !spacePattern.MatchString(config.Space) {
		faults = append(faults, fmt.Errorf("space %q: must be a space's id, of lower-case letters, digits, - and _", config.Space))
	}
	if config.APIKey != "" && config.Username != "" {
		faults = append(faults, errors.New("give either an API key or a user name, not both"))
	}
	if (config.Username == "") != (config.Password == "") {
		faults = append(faults, errors.New("a user name and a password belong together"))
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if len(config.CACert) > 0 {
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: x509.NewCertPool()}
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(config.CACert) {
			faults = append(faults, errors.New("the CA file holds no PEM certificate"))
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("kibana configuration: %w", errors.Join(faults...))
	}
	base := strings.TrimSuffix(config.URL, "/")
	if config.Space != "" && config.Space != "default" {
		base += "/s/" + config.Space
	}
	client := &http.Client{
		Transport: transport, Timeout: config.Timeout,
		// A redirect leads to a log-in page, and would drop the body and then the credentials.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Client{config: config, http: client, base: base}, nil
}

// Close drops the connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// ImportURL is where objects are sent.
func (c *Client) ImportURL() string { return c.base + "/api/saved_objects/_import" }

// Result is what became of one object.
type Result struct {
	Type, ID, Title string
	Outcome         Outcome
	Reason          string // of a failure
}

// Outcome says what became of an object.
type Outcome string

// The outcomes.
const (
	Created     Outcome = "created"
	Overwritten Outcome = "overwritten"
	Kept        Outcome = "kept" // it was there and stays as it was
	Failed      Outcome = "failed"
)

// Import sends objects, which must pass Check, and returns a result for each in their order. With overwrite, objects
// of the same ids are replaced, else they are kept. It tries again while Kibana is away or busy, which is harmless
// since ids are fixed. The error is of the whole import; failures of single objects are in their results.
func (c *Client) Import(ctx context.Context, ndjson []byte, overwrite bool) ([]Result, error) {
	if err := Check(ndjson, Mapped); err != nil {
		return nil, fmt.Errorf("import Kibana objects: %w", err)
	}
	body, contentType, err := form(ndjson)
	if err != nil {
		return nil, fmt.Errorf("import Kibana objects: %w", err)
	}
	target := c.ImportURL()
	if overwrite {
		target += "?overwrite=true"
	}
	delay := backoff.NewExponentialBackOff()
	delay.InitialInterval = c.config.Wait
	answer, err := backoff.Retry(ctx, func() ([]byte, error) { return c.post(ctx, target, contentType, body) },
		backoff.WithBackOff(delay), backoff.WithMaxTries(c.config.Tries))
	if err != nil {
		return nil, fmt.Errorf("import Kibana objects to %s: %w", c.ImportURL(), err)
	}
	results, err := resultsOf(ndjson, answer)
	if err != nil {
		return nil, fmt.Errorf("import Kibana objects to %s: %w", c.ImportURL(), err)
	}
	return results, nil
}

// form is the multipart body of an import. Kibana insists on the file's ending.
func form(ndjson []byte) ([]byte, string, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	file, err := w.CreateFormFile("file", "suqiu.ndjson")
	if err != nil {
		return nil, "", err
	}
	if _, err := file.Write(ndjson); err != nil {
		return nil, "", err
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return body.Bytes(), w.FormDataContentType(), nil
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 8 << 20

// post sends one request. Errors that a further try can't mend are permanent.
func (c *Client) post(ctx context.Context, target, contentType string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return nil, backoff.Permanent(err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("kbn-xsrf", "true") // Kibana refuses to change anything without it
	switch {
	case c.config.APIKey != "":
		request.Header.Set("Authorization", "ApiKey "+c.config.APIKey)
	case c.config.Username != "":
		request.SetBasicAuth(c.config.Username, c.config.Password)
	}
	response, err := c.http.Do(request)
	if err != nil {
		err = hint.With(err, hotline.ConnectHint(err, "kibana.url", "kibana.ca_file"))
		var certificate *tls.CertificateVerificationError
		if errors.As(err, &certificate) {
			return nil, backoff.Permanent(err)
		}
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if response.StatusCode == http.StatusOK {
		return answer, nil
	}
	failure := &statusError{Status: response.StatusCode, Hint: c.hint(response.StatusCode)}
	var told struct{ Message string }
	if json.Unmarshal(answer, &told) == nil { // proxies answer in other forms: the status alone tells then
		failure.Message = told.Message
	}
	if response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= 500 {
		return nil, failure
	}
	return nil, backoff.Permanent(failure)
}

// statusError is an answer that is not a success.
type statusError struct {
	Status  int
	Message string
	Hint    hint.Hint
}

func (e *statusError) Error() string {
	text := fmt.Sprintf("status %d", e.Status)
	if e.Message != "" {
		text += ": " + e.Message
	}
	if !e.Hint.IsZero() {
		text += " (" + e.Hint.String() + ")"
	}
	return text
}

// hint is what the operator can do about a status.
func (c *Client) hint(status int) hint.Hint {
	switch {
	case status == http.StatusUnauthorized:
		return hint.Of(hint.Login)
	case status == http.StatusForbidden:
		return hint.Of(hint.KibanaRight)
	case status == http.StatusNotFound && c.base != strings.TrimSuffix(c.config.URL, "/"):
		return hint.Of(hint.KibanaSpace, c.config.Space)
	case status == http.StatusNotFound:
		return hint.Of(hint.KibanaPath)
	case status == http.StatusRequestEntityTooLarge:
		return hint.Of(hint.KibanaTooLarge)
	case status == http.StatusBadRequest, status == http.StatusUnprocessableEntity:
		return hint.Of(hint.KibanaOld)
	case status >= 300 && status < 400:
		return hint.Of(hint.KibanaMoved)
	}
	return hint.Hint{}
}
