package elastic

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestCompress: a body is packed, also when net/http asks for it again, and none stays none.
func TestCompress(t *testing.T) {
	const text = "{\"index\":{}}\n{\"text\":\"停电\"}\n"
	for _, tt := range []struct {
		name string
		body io.Reader
	}{
		{"Once", bytes.NewBufferString(text)}, {"Again", strings.NewReader(text)}, {"None", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var sent *http.Request
			send := compress()(func(r *http.Request) (*http.Response, error) {
				sent = r
				return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
			})
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/_bulk", tt.body)
			if err != nil {
				t.Fatal(err)
			}
			response, err := send(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if tt.body == nil {
				if sent.Body != nil || sent.Header.Get("Content-Encoding") != "" {
					t.Errorf("no body became one, packed as %q", sent.Header.Get("Content-Encoding"))
				}
				return
			}
			if tt.name == "Again" {
				if sent.Body, err = sent.GetBody(); err != nil {
					t.Fatal(err)
				}
			}
			packed, err := io.ReadAll(sent.Body)
			if err != nil || int64(len(packed)) != sent.ContentLength || sent.Header.Get("Content-Encoding") != "gzip" {
				t.Errorf("got %d bytes, packed as %q, %v, want %d and gzip", len(packed), sent.Header.Get("Content-Encoding"), err, sent.ContentLength)
			}
			sent.Body = io.NopCloser(bytes.NewReader(packed))
			if got, err := unpacked(sent); err != nil || string(got) != text {
				t.Errorf("got %q, %v, want %q", got, err, text)
			}
		})
	}
}
