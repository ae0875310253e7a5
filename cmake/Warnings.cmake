# SPDX-License-Identifier: GPL-2.0-only
#
# pfncheck-warnings: what our own C is compiled with. Every flag is known to
# each compiler that knows C11 (gcc 4.7, clang 3.1), so none needs a probe.

add_library(pfncheck-warnings INTERFACE)
target_compile_options(pfncheck-warnings INTERFACE
	-Wall
	-Wextra
	-Wshadow
	-Wmissing-prototypes
	-Wstrict-prototypes
	-Wwrite-strings
	-Wformat=2
	$<$<BOOL:${WERROR}>:-Werror>)
