package hotline

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"syscall"

	"suqiu/hint"
)

// ConnectHint says what the operator can do about a connection that can't be made: names, ports, certificates, TLS
// where there is none. addresses and authority are the settings to look at. It is none for other errors.
func ConnectHint(err error, addresses, authority string) hint.Hint {
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var certificate x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &name):
		return hint.Of(hint.HostNames, addresses)
	case errors.Is(err, syscall.ECONNREFUSED):
		return hint.Of(hint.NobodyListens, addresses)
	case errors.As(err, &unknown):
		return hint.Of(hint.Authority, authority)
	case errors.As(err, &host):
		return hint.Of(hint.OtherHost, addresses)
	case errors.As(err, &certificate) && certificate.Reason == x509.Expired:
		return hint.Of(hint.Expired)
	case errors.As(err, &record):
		return hint.Of(hint.NoTLS, addresses, authority)
	}
	return hint.Hint{}
}
