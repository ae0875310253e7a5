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
for file in bin/pfncheck share/pfncheck/audit.schema.json share/pfncheck/semantic-patches \
	share/doc/pfncheck/README.md share/doc/pfncheck/LICENSE; do
	if [ ! -e "$stage/usr/$file" ]; then
		echo "not installed: $file"
		status=1
	fi
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
