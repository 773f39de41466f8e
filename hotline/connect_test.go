package hotline

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
)

func TestConnectHint(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"UnknownName", &net.DNSError{Err: "no such host", Name: "nowhere.invalid", IsNotFound: true}, "host names in kafka.brokers"},
		{"NameServerAway", &net.DNSError{Err: "server misbehaving", Name: "nowhere.invalid", IsTemporary: true}, "this machine's DNS"},
		{"Refused", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "nothing listens there"},
		{"UnknownAuthority", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, "set kafka.ca_file"},
		{"OtherHost", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "a"}, "another host's"},
		{"Expired", x509.CertificateInvalidError{Reason: x509.Expired}, "renewed"},
		{"NoTLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "no TLS at this port"},
		{"Other", errors.New("reset"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ConnectHint(fmt.Errorf("dial: %w", tt.err), "kafka.brokers", "kafka.ca_file").String()
			if got != tt.want && (tt.want == "" || !strings.Contains(got, tt.want)) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
