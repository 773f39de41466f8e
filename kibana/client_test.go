package kibana

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"suqiu/kibana/saved"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// standIn behaves as Kibana's import does, as far as its documentation says: it insists on header, form and file
// name, keeps objects by type and id, and reports conflicts unless it may overwrite.
type standIn struct {
	t       *testing.T
	path    string
	check   func(*http.Request)
	objects map[[2]string]bool
}

func newStandIn(t *testing.T) *standIn {
	return &standIn{t: t, path: "/api/saved_objects/_import", objects: map[[2]string]bool{}}
}

func (k *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if k.check != nil {
		k.check(r)
	}
	answer := func(status int, v any) {
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(v); err != nil {
			k.t.Error(err)
		}
	}
	refuse := func(status int, message string) {
		answer(status, map[string]any{"statusCode": status, "error": http.StatusText(status), "message": message})
	}
	if r.URL.Path != k.path || r.Method != http.MethodPost {
		refuse(http.StatusNotFound, "Not Found")
		return
	}
	if r.Header.Get("kbn-xsrf") == "" {
		refuse(http.StatusBadRequest, "Request must contain a kbn-xsrf header.")
		return
	}
	file, header, err := r.FormFile("file")
	if err != nil || !strings.HasSuffix(header.Filename, ".ndjson") {
		refuse(http.StatusBadRequest, "Invalid file extension")
		return
	}
	objects, err := saved.Read(file)
	if err != nil {
		refuse(http.StatusBadRequest, err.Error())
		return
	}
	type entry map[string]any
	var done, failed []entry
	for _, o := range objects {
		key := [2]string{o.Type, o.ID}
		there := k.objects[key]
		meta := entry{"title": o.Title(), "icon": "app"}
		if there && r.URL.Query().Get("overwrite") != "true" {
			failed = append(failed, entry{"type": o.Type, "id": o.ID, "meta": meta, "error": entry{"type": "conflict"}})
			continue
		}
		k.objects[key] = true
		one := entry{"type": o.Type, "id": o.ID, "meta": meta, "managed": false}
		if there {
			one["overwrite"] = true
		}
		done = append(done, one)
	}
	answer(http.StatusOK, entry{"success": len(failed) == 0, "successCount": len(done), "successResults": done, "errors": failed})
}

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func client(t *testing.T, config Config) *Client {
	t.Helper()
	config.Wait = time.Millisecond
	c, err := NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func outcomes(results []Result) map[Outcome]int {
	count := map[Outcome]int{}
	for _, r := range results {
		count[r.Outcome]++
	}
	return count
}

func TestImport(t *testing.T) {
	ndjson := export(t, some)
	kibana := newStandIn(t)
	c := client(t, Config{URL: serve(t, kibana)})
	objects := read(t, ndjson)
	for _, step := range []struct {
		name      string
		overwrite bool
		want      Outcome
	}{{"First", false, Created}, {"AgainKeeps", false, Kept}, {"Overwrite", true, Overwritten}} {
		t.Run(step.name, func(t *testing.T) {
			results, err := c.Import(t.Context(), ndjson, step.overwrite)
			if err != nil {
				t.Fatal(err)
			}
			if got := outcomes(results); got[step.want] != len(objects) {
				t.Fatalf("got %v, want all %d %s", got, len(objects), step.want)
			}
			for i, r := range results {
				if r.Type != objects[i].Type || r.ID != objects[i].ID || r.Title != objects[i].Title() {
					t.Errorf("result %d is of %s %s %q", i, r.Type, r.ID, r.Title)
				}
			}
		})
	}
}

// TestImportSendsTheFileAsItIs: what arrives in the form is what was exported.
func TestImportSendsTheFileAsItIs(t *testing.T) {
	ndjson := export(t, some)
	kibana := newStandIn(t)
	kibana.check = func(r *http.Request) {
		file, _, err := r.FormFile("file")
		if err != nil {
			t.Error(err)
			return
		}
		got, err := io.ReadAll(file)
		if err != nil || !bytes.Equal(got, ndjson) {
			t.Errorf("got %d bytes, %v, want %d", len(got), err, len(ndjson))
		}
	}
	if _, err := client(t, Config{URL: serve(t, kibana)}).Import(t.Context(), ndjson, false); err != nil {
		t.Fatal(err)
	}
}

func TestImportAddressAndCredentials(t *testing.T) {
	for name, c := range map[string]struct {
		config       Config
		base         string // of the address
		path, header string
	}{
		"Anonymous":    {path: "/api/saved_objects/_import"},
		"DefaultSpace": {config: Config{Space: "default"}, path: "/api/saved_objects/_import"},
		"Space":        {config: Config{Space: "power"}, path: "/s/power/api/saved_objects/_import"},
		"BasePath":     {config: Config{Space: "power"}, base: "/analysis/", path: "/analysis/s/power/api/saved_objects/_import"},
		"APIKey":       {config: Config{APIKey: "aWQ6a2V5"}, path: "/api/saved_objects/_import", header: "ApiKey aWQ6a2V5"},
		"BasicAuth":    {config: Config{Username: "zhang", Password: "san"}, path: "/api/saved_objects/_import", header: "Basic emhhbmc6c2Fu"},
	} {
		t.Run(name, func(t *testing.T) {
			kibana := newStandIn(t)
			kibana.path = c.path
			kibana.check = func(r *http.Request) {
				if got := r.Header.Get("Authorization"); got != c.header {
					t.Errorf("Authorization: got %q, want %q", got, c.header)
				}
			}
			c.config.URL = serve(t, kibana) + c.base
			if _, err := client(t, c.config).Import(t.Context(), export(t, some), false); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestImportOwnCA(t *testing.T) {
	server := httptest.NewTLSServer(newStandIn(t))
	t.Cleanup(server.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if _, err := client(t, Config{URL: server.URL, CACert: ca}).Import(t.Context(), export(t, some), false); err != nil {
		t.Error(err)
	}
	if _, err := client(t, Config{URL: server.URL}).Import(t.Context(), export(t, some), false); err == nil || !strings.Contains(err.Error(), "set kibana.ca_file to the certificate") {
		t.Errorf("unknown authority: got %v", err)
	}
}

// TestImportNobodyThere: after the last try the error says which setting to look at.
func TestImportNobodyThere(t *testing.T) {
	server := httptest.NewServer(newStandIn(t))
	server.Close()
	_, err := client(t, Config{URL: server.URL, Tries: 2, Wait: time.Millisecond}).Import(t.Context(), export(t, some), false)
	if err == nil || !strings.Contains(err.Error(), "check host and port in kibana.url") {
		t.Errorf("got %v, want the setting named", err)
	}
}

// TestImportRefused: what Kibana refuses is not tried again, and the error says what to do.
func TestImportRefused(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		space  string
		want   string
	}{
		"WrongKey":     {http.StatusUnauthorized, "", "status 401: no (check the user name and password, or the API key)"},
		"NoRight":      {http.StatusForbidden, "", "Saved Objects Management: All"},
		"NoSuchSpace":  {http.StatusNotFound, "power", "a space with the id power"},
		"OtherAddress": {http.StatusNotFound, "", "check the address with its base path"},
		"TooLarge":     {http.StatusRequestEntityTooLarge, "", "savedObjects.maxImportPayloadBytes"},
		"OldKibana":    {http.StatusUnprocessableEntity, "", "8.9 or newer"},
		"LoginPage":    {http.StatusFound, "", "log-in page"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				w.Header().Set("Location", "/login")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, `{"message":"no"}`)
			}))
			_, err := client(t, Config{URL: address, Space: c.space}).Import(t.Context(), export(t, some), false)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
			if n := asked.Load(); n != 1 {
				t.Errorf("asked %d times, want once", n)
			}
		})
	}
}

// TestImportTriesAgain: a Kibana that starts, is busy or breaks off is asked again, but not for ever.
func TestImportTriesAgain(t *testing.T) {
	ndjson := export(t, some)
	for name, fail := range map[string]func(http.ResponseWriter){
		"Starting":  func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		"Busy":      func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) },
		"BreaksOff": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			kibana := newStandIn(t)
			var asked atomic.Int32
			address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) < 3 {
					fail(w)
					return
				}
				kibana.ServeHTTP(w, r)
			}))
			results, err := client(t, Config{URL: address}).Import(t.Context(), ndjson, false)
			if err != nil || outcomes(results)[Created] != len(results) {
				t.Errorf("got %v, %v", outcomes(results), err)
			}
			asked.Store(-100)
			if _, err := client(t, Config{URL: address, Tries: 2}).Import(t.Context(), ndjson, false); err == nil || asked.Load() != -98 {
				t.Errorf("with two tries: got %v after %d", err, asked.Load()+100)
			}
		})
	}
}

// TestImportEnds: a context that ends is the error at once.
func TestImportEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	if _, err := client(t, Config{URL: address, Tries: 1000}).Import(ctx, export(t, some), false); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the context ended", err)
	}
}

// TestImportObjectFailures: errors of single objects are told with their reason, and so is silence.
func TestImportObjectFailures(t *testing.T) {
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"success":false,"successCount":1,
			"successResults":[{"type":"index-pattern","id":"suqiu-calls","meta":{}}],
			"errors":[{"type":"search","id":"suqiu-search-newest","error":{"type":"missing_references","references":[{"type":"index-pattern","id":"gone"}]}},
				{"type":"lens","id":"suqiu-lens-total","error":{"type":"unsupported_type"}},
				{"type":"dashboard","id":"suqiu-dashboard-owner","error":{"type":"ambiguous_conflict","destinations":[{"id":"a1","title":"片区"},{"id":"b2"}]}},
				{"type":"lens","id":"suqiu-lens-matters","error":{"type":"unknown","message":"shards failed","statusCode":503}}]}`)
	}))
	results, err := client(t, Config{URL: address}).Import(t.Context(), export(t, some), false)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]Result{}
	for _, r := range results {
		byID[r.ID] = r
	}
	for id, want := range map[string]string{
		"suqiu-search-newest":      "it refers to what is not there: index-pattern gone; import the whole of what suqiu kibana export writes, into one space, or make what it lacks there",
		"suqiu-lens-total":         "this Kibana has no objects of type lens; use Kibana 8.9 or newer",
		"suqiu-dashboard-owner":    "several objects of this space were made from it: a1 片区, b2; delete all but one under Stack Management > Saved Objects, then import again, with --overwrite",
		"suqiu-lens-matters":       "unknown: shards failed",
		"suqiu-dashboard-overview": "Kibana says nothing of it; an object before it failed",
	} {
		if got := byID[id]; got.Outcome != Failed || got.Reason != want {
			t.Errorf("%s: got %s, %q, want %q", id, got.Outcome, got.Reason, want)
		}
	}
	if got := byID["suqiu-calls"]; got.Outcome != Created {
		t.Errorf("data view: got %+v, want created", got)
	}
}

func TestImportOtherServer(t *testing.T) {
	for name, page := range map[string]string{"Page": "<html>Welcome</html>", "OtherJSON": `{"status":"ok"}`} {
		t.Run(name, func(t *testing.T) {
			address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, page) }))
			if _, err := client(t, Config{URL: address}).Import(t.Context(), export(t, some), false); err == nil || !strings.Contains(err.Error(), "not that of Kibana's import") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestImportChecksFirst: what Check finds fault with is never sent.
func TestImportChecksFirst(t *testing.T) {
	address := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("Kibana was asked") }))
	bad := bytes.Replace(export(t, some), []byte(`"sourceField":"matter"`), []byte(`"sourceField":"mater"`), 1)
	if _, err := client(t, Config{URL: address}).Import(t.Context(), bad, true); err == nil || !strings.Contains(err.Error(), "mater") {
		t.Errorf("got %v", err)
	}
}

func TestNewClientFaults(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"NoAddress":       {Config{}, "must be a URL"},
		"NoScheme":        {Config{URL: "kibana:5601"}, "must be a URL"},
		"Query":           {Config{URL: "http://kibana:5601/?a=b"}, "must be a URL"},
		"SpaceName":       {Config{URL: "http://kibana:5601", Space: "电力 分析"}, "must be a space's id"},
		"KeyAndUser":      {Config{URL: "http://kibana:5601", APIKey: "a", Username: "b", Password: "c"}, "not both"},
		"UserNoPassword":  {Config{URL: "http://kibana:5601", Username: "b"}, "belong together"},
		"CAHoldsNoPEM":    {Config{URL: "http://kibana:5601", CACert: []byte("x")}, "no PEM certificate"},
		"TwoFaultsAtOnce": {Config{Space: "A"}, "space \"A\""},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := NewClient(c.config); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}
