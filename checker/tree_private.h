/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the stage tree share: the tree itself and what each of them
 * does for it.
 *
 *	tree.c			the interface
 *	tree_state.c		what state a tree is in
 *	tree_config.c		which configurations it is looked at in
 *	tree_configure.c	their build directories in the cache
 *	tree_reuse.c		the same for states that differ in little
 *	tree_make.c		make as a child
 *	tree_kbuild.c		flags, from kbuild
 *	tree_commands.c		flags, from compile_commands.json
 *	tree_reckon.c		flags, from the text of Makefiles
 *	tree_makefile.c		which Makefile a file belongs to
 *	tree_plain.c		generated headers, without kbuild
 *	tree_flags.c		flags: what libclang needs of them, and their cache
 *	tree_record.c		flags, as a build shows them
 */
#ifndef PFNCHECK_TREE_PRIVATE_H
#define PFNCHECK_TREE_PRIVATE_H

#include <sys/stat.h>

#include "tree.h"

/* Raised when what is kept in the cache changes its form. */
#define TREE_CACHE_VERSION "3"

/* Where the configuration of a tree_config comes from. */
enum tree_source {
	TREE_SOURCE_ALLMODCONFIG, /* made by us */
	TREE_SOURCE_CONFIG,	  /* a .config, completed by olddefconfig */
	TREE_SOURCE_BUILD,	  /* a build directory that is up to date: copied */
	TREE_SOURCE_NONE,	  /* no kbuild: include paths and a few stubs */
};

struct tree_entry {
	struct tree_file file;
	const char *directory; /* whose Makefile gave the flags; NULL if none did */
	bool foreign;	       /* of a state that the tree was not opened in: not kept */
};

struct tree_config {
	char *arch;    /* "x86" */
	char *srcarch; /* directory below arch/ */
	char *name;
	char *hash;
	char *kin; /* the same without the state of the tree, and without the sandbox */
	enum tree_source source;
	char *config_file;    /* TREE_SOURCE_CONFIG: the .config to copy */
	char *given;	      /* the build directory that was given, or NULL */
	char *build;	      /* the build directory of ours, in the cache */
	char *lock;	      /* its lock file */
	char *compiler;	      /* kbuild's CC */
	bool unclean;	      /* the source tree holds generated files of its own */
	bool reordered;	      /* our generated headers go before those of the tree */
	GHashTable *files;    /* path -> struct tree_entry */
	char *commands_file;  /* compile_commands.json, or NULL */
	GHashTable *commands; /* path -> struct tree_command; NULL until it is needed */
	/* directory -> state of what its generated headers come from, tab, its hostprogs */
	GHashTable *generated;
	GPtrArray *stubs; /* const char *, sorted */
	bool loaded;	  /* the flags file of the cache has been read */
	bool waited;	  /* for another run, and it has been said */
	char *records;	  /* of tree_open_compiled(): the directory of its notes; else NULL */
	struct tree_inner *inner; /* NULL: not known yet */
};

struct tree {
	char *root;
	char *release;
	char *cache;
	char *clang;
	char *state;		/* hash of the build system's files */
	GPtrArray *state_lines; /* char *: what it is a hash of, as tree_state_add() has it */
	bool no_kbuild;
	bool sandbox;
	unsigned int jobs;
	void (*progress)(const char *message, void *data);
	void *progress_data;
	GPtrArray *configs;   /* struct tree_config */
	GPtrArray *makefiles; /* char *: every Makefile and Kbuild, relative, sorted */
	GPtrArray *kconfigs;  /* char *: every Kconfig file, likewise */
	GPtrArray *reaching;  /* struct reaching_makefile, see tree_makefile.c; NULL until needed */
	GPtrArray *stubs;     /* const char *, sorted: those of all configurations */
	GStringChunk *strings;		  /* flags, paths, modules */
	const struct tree_states *states; /* NULL: what is there is what was opened */
};

/* tree.c */

void tree_progress(const struct tree *tree, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Names a header that could not be made; the string is copied. */
void tree_add_stub(struct tree *tree, struct tree_config *config, const char *header);
/*
 * Remembers how path is compiled; strings are copied.  directory: see struct
 * tree_entry.  A path that is known keeps what it has.
 */
void tree_add_file(struct tree *tree, struct tree_config *config, const char *path,
		   const char *directory, const GPtrArray *flags, const char *module,
		   bool is_module, bool built);
void tree_entry_free(void *entry);
bool tree_has_file(const char *root, const char *name, GFileTest test);

/* tree_state.c */

/* Appends "name size time" to lines. */
void tree_state_add(GPtrArray *lines, const char *name, const struct stat *st);
/* The hash of lines, whatever their order, which it sorts; a new string. */
char *tree_state_hash(GPtrArray *lines);
/* Whether a path is that of a Makefile or Kbuild file. */
bool tree_state_is_makefile(const char *path);
/* The hash of the build system's files; fills tree->makefiles and tree->kconfigs. */
char *tree_state_walk(struct tree *tree);
/*
 * The hash of what the generated headers of a directory are made of: its files that
 * are no C sources, and the sources of its host programs (names, by spaces).
 */
char *tree_directory_state(const struct tree *tree, const char *directory, const char *hostprogs);

/* tree_config.c */

/* Decides on the configurations of a tree, and makes them. */
bool tree_configs_open(struct tree *tree, const struct tree_options *options, GError **error);
void tree_config_free(void *config);

/* tree_configure.c */

/* Locks the configuration for writing; -1 and error if that cannot be had. */
int tree_lock(const struct tree *tree, struct tree_config *config, GError **error);
void tree_unlock(int lock);
/* Makes config->build complete, by make or by copying; nothing to do if it is. */
bool tree_configure(struct tree *tree, struct tree_config *config, GError **error);

/* tree_reuse.c */

/* Notes in the directory part, which kbuild has just prepared, what it was prepared from. */
bool tree_reuse_note(const struct tree *tree, const struct tree_config *config, const char *part,
		     GError **error);
/*
 * Fills part with what kbuild prepared for another state, if it would prepare the same
 * for this one; false if there is no such directory in the cache.
 */
bool tree_reuse_fill(const struct tree *tree, const struct tree_config *config, const char *part);

/* tree_make.c */

/*
 * How a makefile of the tree is run below the top one: what that works out, which takes
 * longer than most of what it runs, is the same for every make of a configuration.
 */
struct tree_inner {
	char **environment;
	char *directory; /* it runs in */
	char **build;	 /* kbuild's $(build): "-f", "scripts/Makefile.build", "obj" */
	char **flags;	 /* of make, or NULL */
};

struct tree_make {
	const struct tree_inner *inner; /* NULL: by the top Makefile */
	const char *source;		/* directory of the Makefile */
	const char *build;		/* directory it runs in */
	const char *first;	      /* a makefile that every make reads before its own, or NULL */
	const char *log;	      /* takes its output */
	const char *const *arguments; /* goals and options, NULL-terminated */
};

/*
 * Runs make.  False with error if it cannot be run, hangs or is ended by a signal;
 * else *status is 0 if it succeeded.
 */
bool tree_make_run(const struct tree *tree, const struct tree_config *config,
		   const struct tree_make *make, int *status, GError **error);
/*
 * What a recipe of the top Makefile has to say for tree_inner_read(), as lines of a
 * makefile; file is where.
 */
char *tree_inner_recipe(const char *file);
/* NULL if it was not said, or of another build directory. */
struct tree_inner *tree_inner_read(const char *file, const char *build);
void tree_inner_free(struct tree_inner *inner);
/* The line of a log that says most, a new string. */
char *tree_make_message(const char *log);

/* tree_makefile.c */

/* The nearest directory with a Makefile or Kbuild, directory itself or above; "." at last. */
char *tree_kbuild_directory(const struct tree *tree, const char *directory);
/* Whether kbuild may build the kernel from a file: not of tools/, another arch/, ... */
bool tree_kbuild_path(const struct tree_config *config, const char *path);
/*
 * The object of a source file as a directory's Makefile names it, after the
 * directory: "drivers/a" and "drivers/b/c.c" give "drivers/a/../b/c.o".
 */
char *tree_relative_goal(const char *directory, const char *path);
/* Whether the Makefile above the one that a file's path leads to names its object. */
bool tree_named_above(const struct tree *tree, const char *path);
/*
 * Directories elsewhere whose Makefiles suggest that they build path: amdgpu is made
 * of ../amdkfd and ../display, kvm of ../../../virt/kvm.  const char *, of the tree's.
 */
GPtrArray *tree_foreign_directories(struct tree *tree, const struct tree_config *config,
				    const char *path);

/* tree_kbuild.c */

/*
 * Asks kbuild for the flags of files (const char *) and makes the headers they need.
 * Files that kbuild knows nothing of are left out of config->files.
 */
bool tree_probe(struct tree *tree, struct tree_config *config, const GPtrArray *files,
		GError **error);
/*
 * Has the top Makefile say, once for a configuration, what all questions have in common;
 * whoever does not know asks it again.
 */
void tree_probe_begin(const struct tree *tree, struct tree_config *config);

/* tree_flags.c */

/*
 * Those of a command's arguments that libclang needs, paths made absolute from
 * directory.  Sets *is_module if -DMODULE is among them and *module to what
 * KBUILD_MODFILE names (a new string), if these are not NULL.
 */
GPtrArray *tree_flags_filter(struct tree *tree, const struct tree_config *config,
			     const char *const *arguments, const char *directory, bool *is_module,
			     char **module);
/* Reads config->files from, writes them to the cache. */
void tree_flags_load(struct tree *tree, struct tree_config *config);
bool tree_flags_save(const struct tree_config *config, GError **error);

/*
 * The value that arguments define name as, without quotes (a new string), or NULL.
 */
char *tree_flags_define(const char *const *arguments, const char *name);

/* tree_reckon.c */

/* clang's name for an architecture, after scripts/Makefile.clang; NULL if unknown. */
const char *tree_target(const char *arch, const char *srcarch);
/*
 * Flags by the text of the Makefiles, without running them.  A file of a tree that
 * compile_commands.json describes gets the flags of its nearest neighbour as well.
 * *module gets the module that the file belongs to, a new string, or NULL.
 */
GPtrArray *tree_reckon_flags(struct tree *tree, struct tree_config *config, const char *path,
			     char **module);

/* tree_plain.c */

/*
 * Fills the directory part with headers in the place of generated ones: exact
 * where their text is known, empty or plausible, and named as stubs, where not.
 */
bool tree_plain_build(struct tree *tree, struct tree_config *config, const char *part,
		      GError **error);

/* tree_commands.c */

/*
 * The directory and the architecture that a compile_commands.json speaks of, as
 * new strings, from its beginning; NULL if that does not tell.
 */
void tree_commands_peek(const char *file, char **directory, char **srcarch);
/* Reads config->commands_file into config->commands. */
bool tree_commands_load(struct tree *tree, struct tree_config *config, GError **error);
/* Adds a file to config->files; false if the commands do not list it. */
bool tree_commands_use(struct tree *tree, struct tree_config *config, const char *path);
/*
 * The module (a new string, or NULL) that path is compiled for, by what the command
 * defines KBUILD_MODFILE and KBUILD_MODNAME as.  output: a file that it writes, or NULL.
 */
char *tree_commands_module(const struct tree *tree, const char *output, const char *path,
			   const char *modfile, const char *modname);
/* The listed file that shares most directories with path, or NULL. */
const char *tree_commands_nearest(const struct tree_config *config, const char *path);

#endif
