/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the stage tree share: the tree itself, and what tree_kbuild.c
 * (runs make), tree_flags.c (reads flags, keeps them), tree_reckon.c (flags without
 * make) and tree_commands.c (compile_commands.json) do for it.
 */
#ifndef PFNCHECK_TREE_PRIVATE_H
#define PFNCHECK_TREE_PRIVATE_H

#include "tree.h"

/* Raised when what is kept in the cache changes its form. */
#define TREE_CACHE_VERSION "1"

/* Where the configuration of a tree_config comes from. */
enum tree_source {
	TREE_SOURCE_ALLMODCONFIG,	/* made by us */
	TREE_SOURCE_CONFIG,		/* a .config, completed by olddefconfig */
	TREE_SOURCE_BUILD,		/* a build directory that is up to date: copied */
	TREE_SOURCE_NONE,		/* no kbuild: include paths and a few stubs */
};

struct tree_entry {
	struct tree_file file;
	const char *directory;	/* whose Makefile gave the flags; NULL if none did */
};

struct tree_config {
	char *arch;		/* "x86" */
	char *srcarch;		/* directory below arch/ */
	char *name;
	char *hash;
	enum tree_source source;
	char *config_file;	/* TREE_SOURCE_CONFIG: the .config to copy */
	char *given;		/* the build directory that was given, or NULL */
	char *build;		/* the build directory of ours, in the cache */
	char *lock;		/* its lock file */
	bool unclean;		/* the source tree holds generated files of its own */
	bool reordered;		/* our generated headers go before those of the tree */
	GHashTable *files;	/* path -> struct tree_entry */
	GHashTable *commands;	/* path -> struct tree_command; NULL without compile_commands.json */
	/* directory -> state of what its generated headers come from, tab, its hostprogs */
	GHashTable *generated;
	GPtrArray *stubs;	/* const char *, sorted */
	bool loaded;		/* the flags file of the cache has been read */
};

struct tree {
	char *root;
	char *release;
	char *cache;
	char *clang;
	char *state;		/* hash of the build system's files */
	bool no_kbuild;
	unsigned int jobs;
	void (*progress)(const char *message, void *data);
	void *progress_data;
	GPtrArray *configs;	/* struct tree_config */
	GPtrArray *makefiles;	/* char *: every Makefile and Kbuild, relative */
	GPtrArray *stubs;	/* const char *, sorted: those of all configurations */
	GStringChunk *strings;	/* flags, paths, modules */
};

void tree_progress(const struct tree *tree, const char *format, ...) G_GNUC_PRINTF(2, 3);
void tree_add_stub(struct tree *tree, struct tree_config *config, const char *header);
/* The directory of path's nearest ancestor (itself included) with a kbuild file, "." at last. */
char *tree_kbuild_directory(const struct tree *tree, const char *path);
/* Hash of names, sizes and times of the files below a directory that headers are made of. */
char *tree_directory_state(const struct tree *tree, const char *directory, const char *hostprogs);

/* Remembers how path is compiled; strings are copied. directory: see struct tree_entry. */
void tree_add_file(struct tree *tree, struct tree_config *config, const char *path,
		   const char *directory, const GPtrArray *flags, const char *module,
		   bool is_module, bool built);

/* tree_kbuild.c */

/* Locks the configuration for writing; -1 and error if that cannot be had. */
int tree_lock(const struct tree *tree, const struct tree_config *config, GError **error);
void tree_unlock(int lock);
/* Makes config->build complete, by make or by copying; nothing to do if it is. */
bool tree_configure(struct tree *tree, struct tree_config *config, GError **error);
/*
 * Asks kbuild for the flags of files (const char *) and makes the headers they need.
 * Files that kbuild knows nothing of are left out of config->files.
 */
bool tree_probe(struct tree *tree, struct tree_config *config, const GPtrArray *files,
		GError **error);

/* tree_flags.c */

/*
 * Those of a command's arguments that libclang needs, paths made absolute from
 * directory.  Sets *is_module if -DMODULE is among them and *module to what
 * KBUILD_MODFILE names (a new string), if these are not NULL.
 */
GPtrArray *tree_flags_filter(struct tree *tree, const struct tree_config *config,
			     const char *const *arguments, const char *directory,
			     bool *is_module, char **module);
/* Reads config->files from, writes them to the cache. */
void tree_flags_load(struct tree *tree, struct tree_config *config);
bool tree_flags_save(const struct tree_config *config, GError **error);

/* tree_reckon.c */

/* What a Makefile's text says, without running it. */
GPtrArray *tree_reckon_flags(struct tree *tree, const struct tree_config *config,
			     const char *path);
/* Fills config->build of TREE_SOURCE_NONE. */
bool tree_reckon_build(struct tree *tree, struct tree_config *config, GError **error);

/* tree_commands.c */

/* Reads compile_commands.json into config->commands. */
bool tree_commands_load(struct tree *tree, struct tree_config *config, const char *file,
			GError **error);

#endif
