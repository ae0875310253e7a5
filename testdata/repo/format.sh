#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: format.sh CLANG-FORMAT
#
# C sources are in the format of .clang-format.
set -u
. "$(dirname "$0")/sources.sh"

if ! "$1" --version; then
	echo "no clang-format: install clang-format-22 or clang-format-19"
	exit 77
fi

set -- "$1" --dry-run -Werror --style=file
for file in checker/*.[ch] testdata/unit/*.c; do
	[ -e "$file" ] && set -- "$@" "$file"
done
"$@" && exit 0

echo "to repair: clang-format -i FILE"
exit 1
