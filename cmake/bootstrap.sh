#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# From a bare machine to a result: installs what is missing, builds outside of
# the source and runs. Standard output carries the result only.
set -eu

usage() {
	cat <<EOF
usage: bootstrap.sh audit [TREE] [OPTION...]
       bootstrap.sh test

audit  audits the kernel at TREE, or without TREE Debian's linux-source-6.12;
       each OPTION is one of "pfncheck audit", and so is the exit status
test   builds with each libclang there is to test with, and with sanitizers, and
       runs the tests

What is missing is installed with apt. Builds and the unpacked kernel are kept in
\${XDG_CACHE_HOME:-~/.cache}/pfncheck.
EOF
}

source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
kernel_name=linux-source-6.12
kernel_archive=/usr/src/$kernel_name.tar.xz
# In order of preference; older ones lack what we need of the C API.
libclang_versions='22 19 21 20 18 17 23 24'
# The two that the tests are to pass with.
libclang_tested='22 19'

say() {
	printf 'pfncheck: %s\n' "$*" >&2
}

die() {
	say "$@"
	exit 2
}

#
# What is missing: lines of package, tool and purpose, separated by tabs.
#

tab=$(printf '\t')
newline='
'

# need PACKAGE TOOL PURPOSE CHECK...: adds a line if CHECK fails.
need() {
	need_line=$1$tab$2$tab$3
	shift 3
	"$@" >/dev/null 2>&1 || missing=$missing$need_line$newline
}

missing_packages() {
	printf '%s' "$missing" | cut -f 1 | tr '\n' ' '
}

has_tool() {
	command -v "$1"
}

# The compiler comes without the C library's headers.
has_headers() {
	echo '#include <stdio.h>' | gcc -E -
}

# has_library PKG-CONFIG-NAME PACKAGE
has_library() {
	if has_tool pkg-config; then
		pkg-config --exists "$1"
	else
		dpkg-query -W -f '${Status}' "$2" 2>&1 | grep -q 'install ok installed'
	fi
}

has_python_module() {
	"$(python_program)" -c "import $1"
}

# The system's own, which has the system's modules, before others on the path.
python_program() {
	if [ -x /usr/bin/python3 ]; then
		echo /usr/bin/python3
	else
		command -v python3
	fi
}

# has_clang_tool NAME VERSION
has_clang_tool() {
	has_tool "$1-$2" || "$1" --version 2>/dev/null | grep -q "version $2\\."
}

# has_libclang VERSION: in the prefix of that version, or in the system's.
has_libclang() {
	if [ -e "/usr/lib/llvm-$1/include/clang-c/Index.h" ]; then
		[ -e "/usr/lib/llvm-$1/lib/libclang.so" ]
	else
		[ -e /usr/include/clang-c/Index.h ] &&
			clang --version | grep -q "version $1\\."
	fi
}

# has_clang VERSION: all that is needed of it.
has_clang() {
	has_libclang "$1" && has_clang_tool clang "$1" && has_clang_tool clang-query "$1" &&
		has_clang_tool clang-format "$1"
} >/dev/null 2>&1

need_clang() {
	need "libclang-$1-dev" "libclang $1" 'parses the kernel' has_libclang "$1"
	need "clang-$1" "clang $1" 'configures the kernel' has_clang_tool clang "$1"
	need "clang-tools-$1" "clang-query $1" 'checks the matchers' has_clang_tool clang-query "$1"
	need "clang-format-$1" "clang-format $1" 'checks the format' has_clang_tool clang-format "$1"
}

# find_missing COMMAND: sets missing for all but libclang.
find_missing() {
	missing=
	need gcc gcc 'builds pfncheck' has_tool gcc
	need libc6-dev 'C library headers' 'builds pfncheck' has_headers
	need make make 'builds pfncheck, configures the kernel' has_tool make
	need cmake cmake 'builds pfncheck' has_tool cmake
	need pkg-config pkg-config 'finds libraries' has_tool pkg-config
	need libglib2.0-dev glib 'containers and processes' has_library glib-2.0 libglib2.0-dev
	need libsqlite3-dev sqlite3 'keeps facts between runs' has_library sqlite3 libsqlite3-dev
	need libjansson-dev jansson 'reads and writes JSON' has_library jansson libjansson-dev
	need git git 'reads versions and patches' has_tool git
	need python3 python3 'runs the tests' has_tool python3
	need xz-utils xz 'unpacks kernels' has_tool xz
	need util-linux flock 'locks the cache' has_tool flock
	need coccinelle spatch 'runs the semantic patches' has_tool spatch
	need flex flex 'configures the kernel' has_tool flex
	need bison bison 'configures the kernel' has_tool bison
	need bc bc 'configures the kernel' has_tool bc
	need libelf-dev libelf 'configures the kernel' has_library libelf libelf-dev
	need libssl-dev libssl 'configures the kernel' has_library libcrypto libssl-dev
	if [ "$1" = test ]; then
		need python3-jsonschema jsonschema 'checks reports against their schema' \
			has_python_module jsonschema
	fi
	if [ "$1" = test ] || [ -z "$tree" ]; then
		need "$kernel_name" "$kernel_name" 'is the kernel to audit' test -e "$kernel_archive"
	fi
}

#
# Installing it
#

has_apt() {
	has_tool apt-get && has_tool apt-cache
} >/dev/null

# Whether apt has every package named.
apt_offers() {
	[ "$(LC_ALL=C apt-cache policy "$@" 2>/dev/null | grep -c '^  Candidate: [^(]')" -eq $# ]
}

apt_offers_clang() {
	apt_offers "libclang-$1-dev" "clang-$1" "clang-tools-$1" "clang-format-$1"
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@"
	else
		sudo env DEBIAN_FRONTEND=noninteractive "$@"
	fi </dev/null >&2
}

require_root() {
	[ "$(id -u)" -eq 0 ] || has_tool sudo >/dev/null ||
		die "cannot install without root or sudo: run as root: apt-get install $*"
}

updated=
apt_update() {
	[ -z "$updated" ] || return 0
	updated=yes
	say 'reading the lists of packages: apt-get update'
	as_root apt-get update -q || say 'apt-get update failed; going on with the lists there are'
}

# Sets versions to one that is there or can be had, for "test" to each of the tested.
choose_versions() {
	versions=
	if [ "$1" = test ]; then
		for version in $libclang_tested; do
			if has_clang "$version" || { has_apt && apt_offers_clang "$version"; }; then
				versions="$versions $version"
			fi
		done
		[ -z "$versions" ] || return 0
	fi

	for version in $libclang_versions; do
		if has_clang "$version"; then
			versions=$version
			return 0
		fi
	done
	has_apt || return 0
	for version in $libclang_versions; do
		if apt_offers_clang "$version"; then
			versions=$version
			return 0
		fi
	done
}

# The newest may be missing only because the lists are old.
newest_is_unknown() {
	# shellcheck disable=SC2086
	set -- $libclang_versions
	for version in $versions; do
		! has_clang "$version" || return 1
	done
	! apt_offers_clang "$1"
}

find_all_missing() {
	find_missing "$1"
	for version in $versions; do
		need_clang "$version"
	done
	if [ -z "$versions" ]; then
		need libclang-NN-dev 'libclang 17 or later with clang, clang-query and clang-format' \
			'parses the kernel' false
	fi
}

hint_for() {
	[ "$1" != "$kernel_name" ] || [ "$provide_for" != audit ] || printf ', or give the TREE to audit'
}

provide() {
	choose_versions "$1"
	find_all_missing "$1"
	[ -n "$missing" ] || return 0

	has_apt || die "not installed: $(printf '%s' "$missing" | cut -f 2 | paste -s -d , - |
		sed 's/,/, /g'); there is no apt here, so install them and run this again"
	# shellcheck disable=SC2046
	require_root $(missing_packages)

	if newest_is_unknown; then
		apt_update
		choose_versions "$1"
		find_all_missing "$1"
	fi
	[ -n "$versions" ] ||
		die 'the package sources of this system have no libclang 17 or later: add one that has'

	say 'to be installed with apt-get:'
	printf '%s' "$missing" | cut -f 1,3 | while IFS=$tab read -r package purpose; do
		printf '  %-22s %s\n' "$package" "$purpose" >&2
	done

	provide_for=$1
	# shellcheck disable=SC2046
	set -- $(missing_packages)
	if ! apt_offers "$@"; then
		apt_update
		for package; do
			apt_offers "$package" || die "the package sources of this system lack $package:" \
				"add one that has it$(hint_for "$package")"
		done
	fi
	if ! as_root apt-get install -q -y --no-install-recommends "$@"; then
		[ -z "$updated" ] || die "apt-get could not install: $*"
		apt_update
		as_root apt-get install -q -y --no-install-recommends "$@" ||
			die "apt-get could not install: $*"
	fi

	find_all_missing "$provide_for"
	[ -z "$missing" ] || die "installed, but not found: $(missing_packages)"
}

#
# Building and running
#

cores() {
	getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1
}

find_cache() {
	case ${XDG_CACHE_HOME:-} in
	/*) cache=$XDG_CACHE_HOME/pfncheck ;;
	*)
		[ -n "${HOME:-}" ] || die 'no place for the cache: set HOME or XDG_CACHE_HOME'
		cache=$HOME/.cache/pfncheck
		;;
	esac
	if ! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then
		die "cannot write to $cache: set XDG_CACHE_HOME to a directory that can be written"
	fi
}

# Two checkouts do not share builds, two runs of one do, one after the other.
build_directory() {
	echo "$cache/build-$1-$(printf '%s' "$source" | cksum | cut -d ' ' -f 1)"
}

# build VERSION DIRECTORY TARGET [CMAKE-OPTION...]
build() {
	build_version=$1
	build_in=$2
	build_target=$3
	shift 3
	mkdir -p "$build_in" || die "cannot write to $build_in"
	[ -e "$build_in/pfncheck" ] || say "building with libclang $build_version in $build_in"
	if [ ! -e "$build_in/CMakeCache.txt" ] && has_tool ninja >/dev/null; then
		set -- -G Ninja "$@"
	fi
	(
		flock 9
		exec >"$build_in/build.log" 2>&1
		cmake -S "$source" -B "$build_in" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DWERROR=ON \
			-DLIBCLANG_VERSION="$build_version" "$@" &&
			cmake --build "$build_in" --target "$build_target" --parallel "$(cores)"
	) 9>"$build_in/lock" || {
		cat "$build_in/build.log" >&2
		die "the build with libclang $build_version failed, see above"
	}
}

# What the unpacked kernel was unpacked from; changes when the package does.
kernel_stamp() {
	stat -L -c '%n %s %Y' "$kernel_archive"
}

# Sets tree to the distribution's kernel, which is unpacked if it is not there yet.
# The tree appears under its name complete, or not at all.
unpack_kernel() {
	tree=$cache/$kernel_name
	stamp=.pfncheck-unpacked
	(
		flock 9
		kernel_stamp | cmp -s - "$tree/$stamp" && exit 0

		# Whoever left these was killed: the lock is ours.
		rm -rf "$cache/.$kernel_name".*
		temporary=$(mktemp -d "$cache/.$kernel_name.XXXXXX") || exit
		trap 'rm -rf "$temporary"' EXIT
		trap 'exit 130' INT
		trap 'exit 143' TERM HUP

		say "unpacking $kernel_archive"
		tar -x -J -f "$kernel_archive" -C "$temporary" || exit
		kernel_stamp >"$temporary/$kernel_name/$stamp" || exit
		if [ -e "$tree" ]; then
			mv "$tree" "$temporary/old" || exit
		fi
		mv "$temporary/$kernel_name" "$tree"
	) 9>"$cache/$kernel_name.lock" ||
		die "could not unpack $kernel_archive into $cache: free some space (2 GB) and run this again"
}

# run_tests DIRECTORY [CTEST-OPTION...]: adds to passed, failed and skipped.
run_tests() {
	test_in=$1
	shift
	printf '\n== %s%s\n' "$test_in" "${*:+ ($*)}"
	rm -f "$test_in/results.xml"
	ctest --test-dir "$test_in" --output-on-failure --no-tests=error --parallel "$(cores)" \
		--output-junit results.xml "$@" </dev/null || ctest_failed=yes
	[ -s "$test_in/results.xml" ] || die "ctest left no results in $test_in"

	count_failed=$(count_tests failures)
	count_skipped=$(($(count_tests skipped) + $(count_tests disabled)))
	passed=$((passed + $(count_tests tests) - count_failed - count_skipped))
	failed=$((failed + count_failed))
	skipped=$((skipped + count_skipped))
}

count_tests() {
	sed -n "s/^[[:space:]]*$1=\"\\([0-9]*\\)\".*/\\1/p;/<testcase/q" "$test_in/results.xml" | head -n 1
}

audit() {
	provide audit
	# shellcheck disable=SC2086
	set -- $versions "$@"
	version=$1
	shift
	build "$version" "$(build_directory "$version")" pfncheck
	[ -n "$tree" ] || unpack_kernel
	exec "$(build_directory "$version")/pfncheck" audit "$tree" "$@"
}

run_suite() {
	provide test
	unpack_kernel
	PFNCHECK_KERNEL=$tree
	export PFNCHECK_KERNEL

	for version in $libclang_tested; do
		case "$versions " in
		*" $version "*) ;;
		*) say "libclang $version cannot be had here, so nothing is tested with it" ;;
		esac
	done

	passed=0 failed=0 skipped=0 ctest_failed='' sanitized=''
	for version in $versions; do
		directory=$(build_directory "$version")
		build "$version" "$directory" all
		# Minutes that tell little or nothing more with another libclang.
		if [ -n "$sanitized" ]; then
			run_tests "$directory" -LE '^once$'
		else
			run_tests "$directory"
			sanitized=$(build_directory "$version-sanitize")
			build "$version" "$sanitized" all -DSANITIZE=address,undefined
			run_tests "$sanitized" -L '^(unit|cases|cli|robust|golden)$'
		fi
	done

	[ "$skipped" -eq 0 ] || printf '\n%d skipped, named above\n' "$skipped"
	printf '\n%d passed, %d failed\n' "$passed" "$failed"
	[ -z "$ctest_failed" ] && [ "$failed" -eq 0 ]
}

command=${1:-}
[ $# -eq 0 ] || shift
tree=
case $command in
audit)
	case ${1:-} in
	-h | --help)
		usage
		exit 0
		;;
	-*) ;;
	*)
		if [ $# -gt 0 ]; then
			[ -n "$1" ] || die 'the TREE to audit is an empty string: give its path'
			tree=$1
			shift
		fi
		;;
	esac
	find_cache
	audit "$@"
	;;
test)
	[ $# -eq 0 ] || die "test takes no argument: $1"
	find_cache
	run_suite
	;;
help | -h | --help)
	usage
	;;
*)
	usage >&2
	exit 2
	;;
esac
