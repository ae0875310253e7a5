# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# For the tests of the sources themselves: changes to the top of the source and
# defines source_files, which prints the files that belong to it, each ended by a
# zero byte. Those are what is about to be committed too; in an unpacked archive,
# all files that are there.

cd "${PFNCHECK_SOURCE:-$(dirname "$0")/../..}" || exit 1

# shellcheck disable=SC2016
source_files() {
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files -z --cached --others --exclude-standard
	else
		find . -type f ! -path './.git/*' -printf '%P\0'
	fi | xargs -0 sh -c '
		for file; do
			[ ! -f "$file" ] || [ -h "$file" ] || printf "%s\0" "$file"
		done' sh
}
