/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source: the text of one file in, what it defines and names out, by tokens.
 *
 * Knows the shape of C as the kernel writes it: functions, variables with
 * initialisers, record types, macros that define variables.  Every #if branch is
 * read, except for "#if 0".  Types are tags and names; nothing is looked up in
 * another file, which is scan's work.
 *
 * A type is known by a hash: word_hash() of its tag, source_alias() of a
 * typedef's name, a number of its own for a record without a tag.
 */
#ifndef PFNCHECK_SOURCE_H
#define PFNCHECK_SOURCE_H

#include "tokens.h"

/* A piece of the text; text is NULL if there is none. */
struct source_word {
	const char *text;
	guint64 hash;
	guint length;
};

/* Which of the words that matter a file holds. */
enum source_mention {
	MENTIONS_MAPPING = 1 << 0,   /* a type that a mapping passes through */
	MENTIONS_EXPORT = 1 << 1,    /* what dma-bufs are exported with */
	MENTIONS_NEIGHBOUR = 1 << 2, /* types and functions next to these */
};

struct source_function {
	struct source_word name;
	guint first_call; /* in calls; those of this function end where the next's begin */
	bool macro;	  /* a macro that takes arguments */
	bool mapping;	  /* its parameters name a type that a mapping passes through */
};

struct source_call {
	struct source_word name;
	bool member; /* called through a field: x->name(), x.name() */
};

/* The most designators that a path keeps; deeper ones are left out. */
#define SOURCE_PATH_LENGTH 4

/* The way from a variable to a nested initialiser: member hashes, 0 is "any". */
struct source_path {
	guint table; /* index of the variable */
	guint length;
	guint64 members[SOURCE_PATH_LENGTH];
};

/* A variable of record type. */
struct source_table {
	struct source_word type; /* text NULL if the record has no tag */
	struct source_word name;
	bool alias; /* type is a typedef's name: type.hash is a source_alias() */
	bool initialised;
	bool nested; /* a compound literal inside of the initialiser of the one called name */
};

enum source_relation_kind {
	RELATION_EMBEDS, /* outer has a member of type inner */
	RELATION_POINTS, /* outer has a member that points to inner */
	RELATION_NAMES,	 /* outer is a typedef of inner */
};

struct source_relation {
	enum source_relation_kind kind;
	guint file; /* for gather: its number */
	guint64 inner;
	guint64 outer;
	guint64 member; /* hash of its name; 0 for a member without one, and a typedef */
};

#define SOURCE_ARGUMENTS 4

/* "MACRO(word, ...)" where a declaration could stand. */
struct source_use {
	struct source_word macro;
	struct source_word arguments[SOURCE_ARGUMENTS]; /* the first word of each */
};

/* One word of the name of a variable that a macro defines. */
struct source_piece {
	struct source_word word; /* if argument is negative */
	int argument;
};

#define SOURCE_PIECES 4

/* A macro whose text defines a variable, or uses another macro that may. */
struct source_macro {
	struct source_word macro;
	struct source_word type; /* text NULL: the macro uses another one */
	bool initialised;
	struct source_piece pieces[SOURCE_PIECES]; /* together the variable's name */
	guint piece_count;
	guint64 use;  /* the other macro, */
	int argument; /* and which argument is its first one, or -1 */
};

/* All arrays point into the text that was read last. */
struct source {
	guint mentions;
	GArray *functions;     /* struct source_function */
	GArray *calls;	       /* struct source_call */
	GArray *tables;	       /* struct source_table */
	GArray *paths;	       /* struct source_path */
	GArray *relations;     /* struct source_relation */
	GArray *uses;	       /* struct source_use */
	GArray *macros;	       /* struct source_macro */
	GArray *references;    /* guint64: hashes of words in "&word", "= word;" */
	GArray *mapping_types; /* struct source_word: records with a callback that maps */

	struct token_words *words;
	struct source_reader *reader;
};

struct source *source_new(void);
void source_free(struct source *source);

/*
 * Reads a text of that length, behind which a NUL byte stands; the text is
 * written to for the time of the call.  salt, a hash of the file's path, tells its
 * records without a tag from those of other files.
 */
void source_read(struct source *source, char *text, gsize length, guint64 salt);

/*
 * Whether the text that was read last defines an object of a type that exports, or
 * that stands next to those which do.
 */
bool source_defines_neighbour(const struct source *source);

/* The hash of a typedef's name. */
guint64 source_alias(guint64 word);

#endif
