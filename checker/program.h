/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program: all facts of one configuration together: functions by identity,
 * tables by record, what is stored in which field, and what is exported.
 *
 * Once linked, a program may be asked from several threads.
 *
 * Knows no compiler.  What the analysis asks for and no facts have is noted, so
 * that the files that define it can be extracted next.
 */
#ifndef PFNCHECK_PROGRAM_H
#define PFNCHECK_PROGRAM_H

#include <glib.h>
#include <stdbool.h>

#include "facts.h"
#include "vocabulary.h"

/* A value stored in a field somewhere: expression and the function it is in. */
struct field_store {
	const struct fact_function *function;
	const struct fact_node *node;
	const struct expr *value;  /* right-hand side */
	const struct expr *target; /* left-hand side */
};

/* A dma_buf_ops object. */
struct exporter {
	const char *name; /* "ops", nested "outer.ops", copied "struct.field" */
	const char *file;
	unsigned int line;
	unsigned int column;
	const struct fact_table *table; /* NULL: made at run time */
	const char *path;		/* inside the table, "" for the table itself */
	const char *field;		/* run-time objects: the "struct::field" that holds them */
	GPtrArray *callbacks;		/* const char *: ids of .mmap functions, empty: none */
	const char *callback_unknown;	/* why there may be others, or NULL */
};

struct scan;
struct program_past;
struct trace_memory;

struct program {
	struct program_past *past;  /* not owned */
	GPtrArray *facts;	    /* struct facts *, owned */
	GHashTable *functions;	    /* id -> GPtrArray of struct fact_function * */
	GHashTable *tables;	    /* id -> struct fact_table * */
	GHashTable *records;	    /* record -> GPtrArray of struct fact_table * */
	GHashTable *stores;	    /* "record::field" -> GPtrArray of struct field_store * */
	GHashTable *global_stores;  /* table id -> GPtrArray of struct field_store * */
	GHashTable *tested;	    /* "record::field" -> number of branches on it */
	GHashTable *effects;	    /* struct fact_function * -> enum effect */
	GHashTable *mapping_fields; /* "record::field" that mappings are stored in */
	GHashTable *entry_writers;  /* set of struct fact_function *: write page-table entries */
	GHashTable *doubts;	    /* id of a helper -> what comparing its row gave */
	GPtrArray *exporters;	    /* struct exporter *, owned, sorted */
	GHashTable *writes;	    /* struct fact_function * -> set of fields it stores to */
	GHashTable *users;	    /* table id -> GPtrArray of functions that take its address */
	GHashTable *importers;	    /* set of ids: functions that import dma-bufs */
	GHashTable *files;	    /* set of paths: translation units that there are facts of */
	GHashTable *reaches;	    /* "path:name" of a function -> struct scan_reach * */
	GHashTable *exports;	    /* function id -> GPtrArray of char *: ops it leaves behind */
	const struct scan *scan;    /* not owned; NULL: nothing is known but the facts */
	GHashTable *missing_files;  /* paths of files that are wanted as such */
	GHashTable *missing_functions; /* ids asked for in vain */
	GHashTable *incomplete;	       /* records with more tables than are extracted */
	GHashTable *missing_variables; /* ids of objects asked for in vain */
	GHashTable *missing_tables;    /* "record near": records whose tables were asked for */
	GRecMutex lock;		       /* of what queries change: all below, and missing_* */
	struct trace_memory *traces;   /* not owned; NULL: nothing is to be traced */
	struct vm_values values;
};

/*
 * What outlives a program, for the next one of the same tree: facts, the strings that
 * were made of them, and what was asked.
 */
struct program_past *program_past_new(void);
void program_past_free(struct program_past *past);
/* Facts as a program takes them. */
struct facts_key {
	const char *path;
	const char *module; /* or NULL */
	bool built;
	const char *text;
	gsize size;
};

struct facts_reading {
	struct facts_key key;
	struct facts *facts; /* the caller's, or NULL: */
	const char *why;     /* a static string, why they cannot be read */
};

/* Reads facts (struct facts_reading), side by side: the same ones for the same key. */
void program_past_read(struct program_past *past, GArray *readings);
/* The facts of one text, the caller's; NULL with *why likewise. */
struct facts *program_past_facts(struct program_past *past, const struct facts_key *key,
				 const char **why);
/* How many facts are kept. */
guint program_past_size(const struct program_past *past);
struct questions *program_past_questions(struct program_past *past);

/* The past has to live longer. */
struct program *program_new(struct program_past *past);
void program_free(struct program *program);

/* A copy of s that lives as long as the program's past. */
const char *program_string(struct program *program, const char *s);

/* Takes facts over. Call program_link() after the last one. */
void program_add(struct program *program, struct facts *facts);
/* (Re)computes everything that rests on all facts; sorted, whatever the order of adding. */
void program_link(struct program *program);

/*
 * The function that an id names as seen from a file, or NULL (then it is noted
 * as missing if note is set).  Of several definitions the one that is built
 * wins, then the first by path.
 */
const struct fact_function *program_function(struct program *program, const char *id, bool note);
/* The object that an id names, or NULL (then it is noted as missing). */
const struct fact_table *program_table(struct program *program, const char *id);
/*
 * Every table of a record (struct fact_table *), or NULL.  Asking notes the
 * record, so that files with more of them get extracted: all, or those of the
 * directories around the file near.
 */
const GPtrArray *program_tables_of(struct program *program, const char *record, const char *near);
/* Those of the module of a table, the caller's, after asking for more near to its file. */
GPtrArray *program_tables_near(struct program *program, const char *record,
			       const struct fact_table *to);
/* Whether there are any, after asking for all. */
bool program_wants_tables(struct program *program, const char *record);
/* Whether one of those that are there has a member, by its "record::field". */
bool program_tables_have(struct program *program, const char *field);
/* Asks for the facts of a file. */
void program_want_file(struct program *program, const char *file);
/* Stores to a field (struct field_store *), or NULL. */
const GPtrArray *program_stores(struct program *program, const char *field);
/* The same array, if only those in a function are of interest. */
const GPtrArray *program_stores_in(struct program *program, const char *field,
				   const struct fact_function *function);
/* Stores to an object or a part of it (struct field_store *), or NULL. */
const GPtrArray *program_global_stores(struct program *program, const char *id);
/* Whether mappings are stored in a field. */
bool program_holds_mapping(struct program *program, const char *field);
/* Whether they are in some field of a record. */
bool program_record_holds_mapping(struct program *program, const char *record);
/* Whether more than one branch rests on a field. */
bool program_tests_again(struct program *program, const char *field);
/* Whether a record has more tables than are extracted. */
bool program_is_incomplete(struct program *program, const char *record);
/* Notes that it has; what was asked before may be answered otherwise. */
void program_note_incomplete(struct program *program, const char *record);
/* The round of asking: with the same one, answers are the same. */
guint program_round(const struct program *program);

/*
 * The member of a table at a path ("" or "ops"), as initialised; *present tells
 * an omitted one (NULL) from one that is there but not followed.
 */
const struct expr *program_member(const struct fact_table *table, const char *path,
				  const char *field, bool *present);
enum effect {
	EFFECT_NONE,
	EFFECT_READS,  /* asks for the state of a mapping */
	EFFECT_WRITES, /* may insert, or change that state */
};

/* What a function, with all that it calls, may do to a mapping. */
enum effect program_effect(struct program *program, const struct fact_function *f);
/*
 * Whether a function writes page-table entries: by itself, or by functions it calls that
 * the vocabulary does not have.
 */
bool program_writes_entries(struct program *program, const struct fact_function *f);
/* Whether a function, or what it calls, stores to a field ("record::field"). */
bool program_writes(struct program *program, const struct fact_function *f, const char *field);
/* Whether two files belong to one kbuild module, or to one directory where that is not known. */
bool program_same_module(const struct facts *a, const struct facts *b);

/*
 * Answers for questions.h: a function or table, or NULL, as it is and with the file that
 * it comes from.  Equal ones may be different objects.
 */
guint64 program_mix_function(guint64 mix, const struct fact_function *function);
guint64 program_mix_table(guint64 mix, const struct fact_table *table);
guint64 program_mix_tables(const GPtrArray *tables);

/* Plain name of a function or table id. */
const char *id_name(const char *id);

void program_dump(struct program *program, GString *out);

#endif
