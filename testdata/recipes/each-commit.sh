#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# For a bot that tests every commit: what is new goes out as one message for each
# commit that brings it, and the lines that are new begin with ">>".
#
# usage: each-commit.sh COMMITS...   as git rev-list takes them: v6.12..next, -5 HEAD
#
# Exit status: the highest one of pfncheck: 1 something is new, 2 it could not look at a
# commit, 3 it looked at a part only.
set -u

worst=0
for commit in $(git rev-list --reverse --first-parent "$@"); do
	lines=$(pfncheck review --only=new,worse --format=gcc -- "$commit" .)
	status=$?
	[ "$status" -le "$worst" ] || worst=$status
	[ "$status" -ne 0 ] || continue
	echo "commit: $commit"
	[ -z "$lines" ] || {
		echo 'pfncheck warnings: (new ones prefixed by >>)'
		printf '%s\n' "$lines" | sed '/: note: /s/^/   /; t; s/^/>> /'
	}
	[ "$status" -eq 1 ] || echo "pfncheck: ended with $status: more may be new"
	echo
done
exit "$worst"
