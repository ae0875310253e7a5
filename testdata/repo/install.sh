#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: install.sh CMAKE BUILD VERSION
#
# cmake --install puts a program in place that runs, with its patches, its schema
# and its documentation.
set -eu

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
DESTDIR=$stage "$1" --install "$2" --prefix /usr

status=0
expect() {
	if [ ! -e "$stage/usr/$1" ]; then
		echo "not installed: $1"
		status=1
	fi
}

expect bin/pfncheck
expect share/pfncheck/audit.schema.json
expect share/doc/pfncheck/README.md
expect share/doc/pfncheck/LICENSE
cd "$PFNCHECK_SOURCE"
for patch in semantic-patches/*.cocci; do
	expect "share/pfncheck/$patch"
done

version=$("$stage/usr/bin/pfncheck" --version)
case $version in
*"$3"*) ;;
*)
	echo "the installed program says it is \"$version\", not $3"
	status=1
	;;
esac
exit $status
