/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tree: a path in, a kernel tree out: its release, its configurations and, for
 * a batch of source files, the flags that libclang needs to read them.
 *
 * Knows kbuild, not C.  Writes only below the cache directory, never into the
 * tree or into a build directory that was given.
 */
#ifndef PFNCHECK_TREE_H
#define PFNCHECK_TREE_H

#include <glib.h>
#include <stdbool.h>

struct tree;

struct tree_options {
	const char *path;	   /* of the kernel tree */
	const char *build;	   /* its build directory (O=), or NULL */
	const char *config;	   /* a .config to use instead of allmodconfig, or NULL */
	const char *const *arches; /* NULL-terminated kernel names: x86, arm64, ...; NULL: x86 */
	const char *cache;	   /* cache directory, exists */
	const char *clang;	   /* the clang program of the libclang in use: "clang-19" */
	bool no_kbuild;		   /* run nothing of the tree's; flags by our own reckoning */
	bool sandbox;		   /* run it where it can do no harm */
	unsigned int jobs;
	/* Called for things a person waits for ("configuring x86 ..."), may be NULL. */
	void (*progress)(const char *message, void *data);
	void *progress_data;
};

/* How one file of one configuration is compiled. */
struct tree_file {
	const char *path; /* relative to the tree */
	/* NULL-terminated, absolute paths, allow-listed; neither -c, -o nor the file */
	const char *const *flags;
	/* "drivers/gpu/drm/i915/i915": what it is linked into, module or not; NULL if unknown */
	const char *module;
	bool is_module; /* compiled with -DMODULE */
	bool built;	/* false: this configuration leaves the file out; true if nobody knows */
};

#define TREE_ERROR (tree_error_quark())
GQuark tree_error_quark(void);

/*
 * Opens a tree and configures it if it has to be.  On failure returns NULL and
 * one line in error that says what to do.
 */
struct tree *tree_open(const struct tree_options *options, GError **error);
void tree_close(struct tree *tree);

/*
 * A tree as the build in the directory build shows it, one file at a time: its one
 * configuration builds the files that were compiled so far, and nothing else.  Paths
 * are absolute and real; runs nothing and cannot fail.
 */
struct tree *tree_open_compiled(const char *root, const char *build, const char *srcarch,
				const char *cache);
/*
 * Adds a file that is compiled with arguments (NULL-terminated) in a directory, and
 * notes that in the cache.  output: a file that the compiler writes beside the object,
 * or NULL.  False with error if the note could not be written; the file is added.
 */
bool tree_add_compiled(struct tree *tree, const char *path, const char *const *arguments,
		       const char *directory, const char *output, GError **error);
/* Adds the files that were noted before and are still there. */
void tree_load_compiled(struct tree *tree);
/* The directory of these notes, which need not exist. */
const char *tree_records(const struct tree *tree);

const char *tree_root(const struct tree *tree);	   /* absolute, real path */
const char *tree_release(const struct tree *tree); /* "6.12.117" */
guint tree_config_count(const struct tree *tree);
const char *tree_config_arch(const struct tree *tree, guint config); /* "x86" */
/* The directory below arch/ that the configuration is made of: "x86", for i386 too. */
const char *tree_config_srcarch(const struct tree *tree, guint config);
const char *tree_config_name(const struct tree *tree,
			     guint config); /* "allmodconfig", ".config", "compile_commands.json" */
/* The build directory that flags refer to: absolute, in the cache, ours whatever was given. */
const char *tree_config_build(const struct tree *tree, guint config);
/* A hash over whatever the flags and generated headers of the configuration come from. */
const char *tree_config_hash(const struct tree *tree, guint config);

/*
 * Whoever puts another state of the tree where this one is: make is run, and what it
 * says kept, for the state that the tree was opened in only.
 */
struct tree_states {
	bool (*back)(void *data, GError **error);  /* to the state it was opened in */
	bool (*forth)(void *data, GError **error); /* and again to the other one */
	void *data;
};

/* From here on, what is at the tree's path is another state of it; NULL: the first one again. */
void tree_set_states(struct tree *tree, const struct tree_states *states);

/*
 * Finds the flags of files (relative paths of .c files): one kbuild call for
 * the whole batch, nothing for files already known or cached.  A file whose
 * flags cannot be had gets those of its directory (built is false then).
 */
bool tree_load_flags(struct tree *tree, guint config, const GPtrArray *files, GError **error);
/* The flags of a file that was in a batch before; NULL for others. */
const struct tree_file *tree_file(const struct tree *tree, guint config, const char *path);

/* Generated headers that could not be made and were stubbed: const char *. */
const GPtrArray *tree_stubs(const struct tree *tree);
/* Sorted text of all of the above. */
void tree_dump(const struct tree *tree, GString *out);

#endif
