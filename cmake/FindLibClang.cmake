# SPDX-License-Identifier: GPL-2.0-only
#
# Finds libclang's C API, with the clang program and the headers of the same
# version.
#
# Takes
#	LIBCLANG_VERSION	major version to take, if one is set; else the newest
#				that is not below the version given to find_package
#	LibClang_ROOT		a prefix to look in first
# Gives
#	LibClang::LibClang	the imported target
#	LibClang_VERSION	"22.1.8", and its first number:
#	LibClang_VERSION_MAJOR
#	LibClang_CLANG		path of the clang program
#	LibClang_BIN		directory of that version's other programs
#
# The headers carry no release number. What ties the three to each other is the
# prefix: each version of LLVM has one of its own, or is the only one in /usr.

file(GLOB _libclang_versioned LIST_DIRECTORIES TRUE /usr/lib/llvm-* /usr/lib/llvm/* /usr/lib64/llvm*)
list(FILTER _libclang_versioned INCLUDE REGEX "[0-9]$")
list(SORT _libclang_versioned COMPARE NATURAL ORDER DESCENDING)

set(_libclang_tried "")
set(LibClang_INCLUDE_DIR LibClang_INCLUDE_DIR-NOTFOUND)
set(LibClang_LIBRARY LibClang_LIBRARY-NOTFOUND)
set(LibClang_CLANG LibClang_CLANG-NOTFOUND)
unset(LibClang_VERSION)

foreach(_prefix IN LISTS LibClang_ROOT _libclang_versioned ITEMS /usr/local /usr)
	set(_search NO_CACHE NO_DEFAULT_PATH)
	unset(_clang)
	find_program(_clang clang PATHS "${_prefix}/bin" ${_search})
	if(NOT _clang)
		continue()
	endif()
	execute_process(COMMAND "${_clang}" -dumpversion
		OUTPUT_VARIABLE _version OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
	if(NOT _version MATCHES "^([0-9]+)\\.")
		continue()
	endif()
	set(_major ${CMAKE_MATCH_1})

	if((LIBCLANG_VERSION AND NOT _major EQUAL LIBCLANG_VERSION)
	   OR (LibClang_FIND_VERSION AND _version VERSION_LESS LibClang_FIND_VERSION))
		list(APPEND _libclang_tried "${_version} in ${_prefix}")
		continue()
	endif()

	unset(_include)
	unset(_library)
	find_path(_include clang-c/Index.h PATHS "${_prefix}/include" ${_search})
	find_library(_library NAMES clang-${_major} clang
		PATHS "${_prefix}/lib" "${_prefix}/lib64" "${_prefix}/lib/${CMAKE_LIBRARY_ARCHITECTURE}"
		${_search})
	if(NOT _include OR NOT _library)
		list(APPEND _libclang_tried "${_version} in ${_prefix} without its development files")
		continue()
	endif()

	# The name that a person would type, if it is the same program.
	unset(_named)
	find_program(_named clang-${_major} NO_CACHE)
	if(_named)
		file(REAL_PATH "${_named}" _named_target)
		file(REAL_PATH "${_clang}" _clang_target)
		if(_named_target STREQUAL _clang_target)
			set(_clang "${_named}")
		endif()
	endif()

	set(LibClang_INCLUDE_DIR "${_include}")
	set(LibClang_LIBRARY "${_library}")
	set(LibClang_CLANG "${_clang}")
	set(LibClang_BIN "${_prefix}/bin")
	set(LibClang_VERSION "${_version}")
	set(LibClang_VERSION_MAJOR ${_major})
	break()
endforeach()

set(_libclang_wanted "libclang-NN-dev and clang-NN")
if(LIBCLANG_VERSION)
	set(_libclang_wanted "libclang-${LIBCLANG_VERSION}-dev and clang-${LIBCLANG_VERSION}")
endif()
if(_libclang_tried)
	list(JOIN _libclang_tried ", " _libclang_tried)
	set(_libclang_tried " (passed over: ${_libclang_tried})")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibClang
	REQUIRED_VARS LibClang_LIBRARY LibClang_INCLUDE_DIR LibClang_CLANG
	VERSION_VAR LibClang_VERSION
	REASON_FAILURE_MESSAGE
		"install ${_libclang_wanted}, or set LibClang_ROOT to a prefix that holds both${_libclang_tried}")

if(LibClang_FOUND AND NOT TARGET LibClang::LibClang)
	add_library(LibClang::LibClang UNKNOWN IMPORTED)
	set_target_properties(LibClang::LibClang PROPERTIES
		IMPORTED_LOCATION "${LibClang_LIBRARY}"
		INTERFACE_INCLUDE_DIRECTORIES "${LibClang_INCLUDE_DIR}")
endif()
