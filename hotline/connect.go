package hotline

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// ConnectHint says what the operator can do about a connection that can't be made: names, ports, certificates, TLS
// where there is none. addresses and authority are the settings to look at. It is empty for other errors.
func ConnectHint(err error, addresses, authority string) string {
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var certificate x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &name):
		return fmt.Sprintf("check the host names in %s, and this machine's DNS", addresses)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("nothing listens there: check host and port in %s, and that the server runs", addresses)
	case errors.As(err, &unknown):
		return fmt.Sprintf("set %s to the certificate of the authority that signed the server's", authority)
	case errors.As(err, &host):
		return fmt.Sprintf("the certificate is another host's: write a name that it is for in %s, or have it renewed with this one", addresses)
	case errors.As(err, &certificate) && certificate.Reason == x509.Expired:
		return "have the server's certificate renewed, or set this machine's clock right"
	case errors.As(err, &record):
		return fmt.Sprintf("the server speaks no TLS at this port: check port and TLS in %s and %s", addresses, authority)
	}
	return ""
}
