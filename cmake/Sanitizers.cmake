# SPDX-License-Identifier: GPL-2.0-only
#
# pfncheck-sanitizers: compiles and links with what the SANITIZE option names. A
# report ends the program, so that no test passes over one.

add_library(pfncheck-sanitizers INTERFACE)

if(SANITIZE)
	include(CheckCSourceCompiles)
	set(CMAKE_REQUIRED_FLAGS -fsanitize=${SANITIZE})
	string(MAKE_C_IDENTIFIER "HAVE_SANITIZE_${SANITIZE}" _have)
	check_c_source_compiles("int main(void) { return 0; }" ${_have})
	unset(CMAKE_REQUIRED_FLAGS)
	if(NOT ${_have})
		message(FATAL_ERROR "The C compiler cannot build with -fsanitize=${SANITIZE}: "
			"set SANITIZE to what it has, for example address,undefined, or to nothing")
	endif()

	target_compile_options(pfncheck-sanitizers INTERFACE
		-fsanitize=${SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(pfncheck-sanitizers INTERFACE -fsanitize=${SANITIZE})
endif()
