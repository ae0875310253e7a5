#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A CI job: what do the commits of HEAD that BASE does not have change?
#
# usage: ci.sh BASE [HEAD]
#
# Run in a clone that has the history of both back to where they parted.  Leaves
# pfncheck.json, and prints the report.  The exit status is pfncheck's.
set -u

[ $# -ge 1 ] || { echo 'usage: ci.sh BASE [HEAD]' >&2; exit 2; }
range=$1..${2:-HEAD}

pfncheck review --timeout=3600 --fail-on=none --format=json --output=pfncheck.json -- "$range" .
status=$?
# What was looked at once is there: the second run takes a moment.
[ "$status" -ne 0 ] || { pfncheck review --only=new,worse -- "$range" .; status=$?; }

case $status in
0) ;;
1) echo 'ci: a dma-buf mapping breaks the rule, or is not decided any more' >&2 ;;
3) echo 'ci: the time was over: what is known stands in pfncheck.json' >&2 ;;
*) echo 'ci: pfncheck could not run' >&2 ;;
esac
exit "$status"
