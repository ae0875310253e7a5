#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Shell scripts parse; where shellcheck is installed it has nothing to say.
set -u
. "$(dirname "$0")/sources.sh"

status=0
for script in cmake/*.sh testdata/repo/*.sh testdata/recipes/*.sh \
	testdata/recipes/pre-push testdata/recipes/nipa/*/*.sh; do
	sh -n "$script" || status=1
done
bash -n .ci/run || status=1

if command -v shellcheck >/dev/null; then
	shellcheck -x -P SCRIPTDIR .ci/run cmake/*.sh testdata/repo/*.sh testdata/recipes/*.sh \
		testdata/recipes/pre-push testdata/recipes/nipa/*/*.sh || status=1
fi
exit $status
