#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# b4.review-perpatch-check-cmd: b4 hands over each patch alone, and in $B4_TRACKING_FILE what
# it knows of the series.  Of a series that is checked out the patch is a commit on a branch,
# above those that it needs; else it has to apply to what is checked out.
set -u

mail=$(cat; echo .)
commit=
if [ -n "${B4_TRACKING_FILE-}" ]; then
	commit=$(printf %s "${mail%.}" | python3 -c '
import email, json, re, subprocess, sys
tracking = json.load(open(sys.argv[1]))
series = tracking["series"]
name = email.message_from_binary_file(sys.stdin.buffer).get("Message-Id", "").strip("<> \n")
names = [patch.get("header-info", {}).get("msgid") for patch in tracking.get("patches", [])]
first = series.get("first-patch-commit")
base = first + "~1" if first else series["base-commit"]
if not re.fullmatch("[0-9a-f]{7,64}(~1)?", base):
    sys.exit("b4 names no commit: " + repr(base))
branch = "refs/heads/b4/review/" + series["change-id"]
commits = subprocess.run(["git", "rev-list", "--reverse", f"{base}..{branch}~1"], check=True,
                         stdout=subprocess.PIPE).stdout.decode().split()
# Not the same number: somebody has split or squashed them.
if name in names and len(names) == len(commits):
    print(commits[names.index(name)])
' "$B4_TRACKING_FILE") || exit 2
fi
if [ -n "$commit" ]; then
	exec pfncheck review --format=b4 -- "$commit" . </dev/null
fi
printf %s "${mail%.}" | pfncheck review --format=b4 --patch=- .
