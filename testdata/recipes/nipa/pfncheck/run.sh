#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A test of NIPA, the CI of netdev, to be put below tests/patch/: the patch is HEAD of the
# tree that it is run in.  0 is a pass, 250 a warning, everything else a failure; the one
# line that is shown goes to the descriptor $DESC_FD.
set -u

report=$(mktemp)
trap 'rm -f "$report"' EXIT

describe() {
	echo "$1" >&"$DESC_FD"
}

pfncheck review --timeout=1800 --fail-on=error --only=new,worse --output="$report" HEAD
status=$?
cat "$report"
case $status in
0)	# No error: what was found is kept, so this takes a moment.
	pfncheck review --fail-on=warning --only=new,worse --format=gcc HEAD >"$report.gcc"
	[ $? -ne 1 ] || status=250
	rm -f "$report.gcc"
	;;
3)
	describe 'pfncheck: the time was over before all was looked at'
	exit 250
	;;
esac
if [ "$status" -eq 2 ]; then
	describe 'pfncheck could not run: see stderr'
else
	describe "$(sed -n 's/^pfncheck: //p' "$report" | tail -n 1)"
fi
exit "$status"
