#!/bin/sh
# Makes sure that the programs which the tests start are there. On Debian and its kin it installs what is missing with
# apt-get; elsewhere it says which variables lead the tests to servers that you run yourself.
# "go" as an argument leaves out what only the browser tests need; "web" leaves out the servers.
set -eu
part=${1:-all}

missing=""
need() { missing="$missing $1"; }
has() { command -v "$1" >/dev/null 2>&1; }

if [ "$part" != web ]; then
	[ -n "${SALLYPORT_TEST_POSTGRES:-}" ] || [ -n "${PG_BIN:-}" ] || has initdb ||
		ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need postgresql
	if [ -z "${SALLYPORT_TEST_LDAP:-}" ]; then
		has slapd || [ -x /usr/sbin/slapd ] || [ -x /usr/lib/openldap/slapd ] || [ -x /usr/libexec/slapd ] || need slapd
		has ldapsearch || need ldap-utils
	fi
	# The race detector links with a C compiler.
	has gcc || has clang || need "gcc libc6-dev"
fi
if [ "$part" != go ]; then
	[ -n "${SALLYPORT_CHROMIUM:-}" ] || has chromium || has chromium-browser || has google-chrome ||
		has google-chrome-stable || need "chromium fonts-liberation"
	if ! has node || ! has npm; then
		echo "Node.js 20.19 or newer with npm is needed for the page, and is not there: install it and try again." >&2
		exit 1
	fi
fi
[ -n "$missing" ] || exit 0

if ! has apt-get; then
	cat >&2 <<-END
		The tests need programs that are not here:$missing
		(the names are those of Debian packages). This is not a Debian system, so nothing is installed for you.
		Install their like, or point the tests to what you run elsewhere:
		  SALLYPORT_TEST_POSTGRES  URL of a PostgreSQL 14+ server whose user may create databases,
		                           such as postgres://user:password@host:5432/postgres
		  SALLYPORT_TEST_LDAP      ldap://host:port|bindDN|password|baseDN of an OpenLDAP server; entries are made below the base
		  SALLYPORT_CHROMIUM       path of a Chromium or Chrome
	END
	exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
	root=""
elif has sudo; then
	root="sudo"
	[ -z "${CI:-}" ] || root="sudo -n"
else
	echo "The tests need these packages, and only root can install them: apt-get install$missing" >&2
	exit 1
fi
echo "==> install from Debian's packages:$missing"
# Run level 1 keeps the packages from starting servers of their own: the tests start private ones.
$root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 sh -ec '
	apt-get update -q
	apt-get install -q -y --no-install-recommends "$@"' sh $missing
