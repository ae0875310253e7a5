#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# b4.review-series-check-cmd: b4 hands over the cover letter, and in $B4_TRACKING_FILE what
# it knows of the series, whose patches are on a branch below the commit of b4's own.
set -u

[ -n "${B4_TRACKING_FILE-}" ] || { echo '[]'; exit 0; }
range=$(python3 -c '
import json, re, sys
series = json.load(open(sys.argv[1]))["series"]
branch = "refs/heads/b4/review/" + series["change-id"]
first = series.get("first-patch-commit")
base = first + "~1" if first else series["base-commit"]
if not re.fullmatch("[0-9a-f]{7,64}(~1)?", base):
    sys.exit("b4 names no commit: " + repr(base))
print(f"{base}..{branch}~1")
' "$B4_TRACKING_FILE") || exit 2
exec pfncheck review --format=b4 -- "$range" . </dev/null
