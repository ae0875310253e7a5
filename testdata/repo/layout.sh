#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The top of the source holds what it is known to hold, and no more.
set -u
. "$(dirname "$0")/sources.sh"

others=$(source_files | tr '\0' '\n' | sed 's|/.*||' | sort -u | grep -v -x -F \
	-e checker -e semantic-patches -e cmake -e testdata -e CMakeLists.txt \
	-e README.md -e LICENSE -e .ci -e .clang-format -e .gitignore)
[ -z "$others" ] && exit 0

echo "does not belong at the top, or is missing from the list in testdata/repo/layout.sh:"
echo "$others"
exit 1
