package ldap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/sallyport/sallyport/connector"
)

var (
	errClosed     = errors.New("the connection was closed by its owner")
	errTimeout    = errors.New("the server did not answer in time")
	errIncomplete = errors.New("the server ended the read before the last page")
)

// Result codes that Active Directory uses in its own way: a repeated addition and a repeated removal.
const (
	codeADRepeatedAdd    = ldap.LDAPResultEntryAlreadyExists
	codeADRepeatedRemove = ldap.LDAPResultUnwillingToPerform
)

// fail turns an error into a connector.Error with class, words and a hint.
func fail(op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*connector.Error](err); ok {
		return e
	}
	out := &connector.Error{Op: op, Class: connector.Retry, Err: err}
	if e, ok := errors.AsType[*ldap.Error](err); ok && e.ResultCode < ldap.ErrorNetwork {
		out.Class, out.Message, out.Hint = explain(e)
		return out
	}
	switch {
	case errors.Is(err, context.Canceled):
		out.Message = "the call was given up before the server had answered"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, errTimeout):
		out.Message = "the server did not answer in time"
		out.Hint = "See whether the server is overloaded; the time-out is a setting of the connection."
	case errors.Is(err, errClosed):
		out.Message = err.Error()
	case isTLS(err):
		out.Class = connector.Config
		out.Message = "TLS failed: " + err.Error()
		out.Hint = "Compare address, certificate authority and name in the certificate with those of the server."
	default:
		out.Message = "the server cannot be reached or cut the connection: " + err.Error()
		out.Hint = "See whether the server runs and whether a firewall is between."
	}
	return out
}

// explain gives class, words and hint for a result that the server answered with.
func explain(e *ldap.Error) (connector.Class, string, string) {
	said := "the server answered " + strings.ToLower(ldap.LDAPResultCodeMap[e.ResultCode])
	if e.Err != nil && e.Err.Error() != "" {
		said += ": " + e.Err.Error()
	}
	switch e.ResultCode {
	case ldap.LDAPResultInvalidCredentials, ldap.LDAPResultInappropriateAuthentication:
		return connector.Auth, said, "Enter the password of the connection again; the account may also be locked or expired."
	case ldap.LDAPResultStrongAuthRequired, ldap.LDAPResultConfidentialityRequired:
		return connector.Config, said, "The server wants TLS: use ldaps:// or turn StartTLS on."
	case ldap.LDAPResultSizeLimitExceeded, ldap.LDAPResultAdminLimitExceeded:
		return connector.Config, said + "; nothing of this read was used, since it is incomplete",
			"Let the account of the connection read without a limit (OpenLDAP: limits … size.prtotal=unlimited), or use smaller pages."
	case ldap.LDAPResultBusy, ldap.LDAPResultUnavailable, ldap.LDAPResultTimeLimitExceeded:
		return connector.Retry, said, ""
	case ldap.LDAPResultNoSuchObject:
		return connector.NotFound, said, "It was deleted, or the account of the connection may not see it."
	case ldap.LDAPResultReferral:
		return connector.Config, said, "Connect to the server that holds the entry; referrals are not followed."
	case ldap.LDAPResultInsufficientAccessRights:
		return connector.Refused, said, "Allow the account of the connection to do this."
	case ldap.LDAPResultOther, ldap.LDAPResultOperationsError, ldap.LDAPResultLoopDetect:
		return connector.Retry, said, ""
	case ldap.LDAPResultProtocolError, ldap.LDAPResultAuthMethodNotSupported, ldap.LDAPResultInvalidDNSyntax,
		ldap.LDAPResultUnavailableCriticalExtension:
		return connector.Config, said, "Look over the settings of the connection."
	}
	return connector.Refused, said, "Correct the entry in the directory, then try again."
}

func isTLS(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	_, ok := errors.AsType[tls.AlertError](err)
	return ok
}

// cut says whether the connection failed, rather than the server answering with a result.
func cut(err error) bool {
	if err == nil {
		return false
	}
	if e, ok := errors.AsType[*ldap.Error](err); ok {
		return e.ResultCode >= ldap.ErrorNetwork || e.ResultCode == ldap.LDAPResultUnavailable
	}
	_, ok := errors.AsType[net.Error](err)
	return ok || !isResult(err)
}

func isResult(err error) bool {
	e, ok := errors.AsType[*ldap.Error](err)
	return ok && e.ResultCode < ldap.ErrorNetwork
}

func isCode(err error, codes ...uint16) bool {
	return ldap.IsErrorAnyOf(err, codes...)
}

func notFound(op, what, id string) error {
	return &connector.Error{Class: connector.NotFound, Op: op,
		Message: fmt.Sprintf("the directory has no %s with the identity %q", what, id),
		Hint:    "It was deleted, or it moved out of the base DN of the connection. Sync the directory."}
}

func refused(op, message, hint string) error {
	return &connector.Error{Class: connector.Refused, Op: op, Message: message, Hint: hint}
}
