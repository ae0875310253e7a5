#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every file that can hold a comment says GPL-2.0-only in its first three lines.
set -u
. "$(dirname "$0")/sources.sh"

source_files | xargs -0 awk '
	function finish() {
		if (needed && !found) {
			print file ": no \"SPDX-License-Identifier: GPL-2.0-only\" in its first three lines"
			status = 1
		}
	}
	FNR == 1 {
		finish()
		file = FILENAME
		found = 0
		needed = file ~ /(\.([ch]|py|sh|cmake|cocci|query)|CMakeLists\.txt)$/ ||
			file ~ /^\.(clang-format|gitignore|ci\/.*)$/ || /^#!/
		count++
	}
	FNR <= 3 && /SPDX-License-Identifier: GPL-2\.0-only/ {
		found = 1
	}
	END {
		finish()
		exit status || !count
	}'
