/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The result of an audit, as plain data: what judge fills in and every writer
 * of report reads.  Nothing here knows how a verdict came about.
 *
 * All strings of an audit live in its string chunk, all arrays are GPtrArrays
 * that own their elements; audit_free() releases everything.
 */
#ifndef PFNCHECK_AUDIT_H
#define PFNCHECK_AUDIT_H

#include <glib.h>
#include <stdbool.h>

/* Version of the JSON contract. */
#define AUDIT_SCHEMA 1

enum verdict {
	VERDICT_PASS,
	VERDICT_VIOLATION,
	VERDICT_CONDITIONAL,
	VERDICT_FORWARD,
	VERDICT_REJECT,
	VERDICT_NO_MMAP,
	VERDICT_UNKNOWN,
	VERDICTS, /* how many there are */
};

enum level {
	LEVEL_NONE,
	LEVEL_NOTE,
	LEVEL_WARNING,
	LEVEL_ERROR,
};

enum condition_kind {
	CONDITION_OBJECT,
	CONDITION_DEVICE,
	CONDITION_ENVIRONMENT,
	CONDITION_CONFIG,
};

/* How a finding or a route of the head compares with the base of a review. */
enum change {
	CHANGE_NONE,  /* it is no review, or nothing changed */
	CHANGE_NEW,   /* the base has no such thing */
	CHANGE_FIXED, /* only the base has it: taken from there, its level is that of the base */
	CHANGE_WORSE,
	CHANGE_BETTER,
	CHANGE_MOVED, /* the same thing in another file or function */
	CHANGES,      /* how many there are */
};

/* A place in the source; file is relative to the kernel tree. */
struct place {
	const char *file;
	unsigned int line;
	unsigned int column;
};

struct path_step {
	struct place at;
	const char *function;
	const char *note;
};

struct audit_condition {
	const char *expr; /* in the source's own words */
	struct place at;
	const char *function;
	bool breaks_when; /* the truth value on the violating side */
	enum condition_kind kind;
};

struct audit_insert {
	const char *class;  /* "page", "pfn", "mixed" or "forward" */
	const char *helper; /* helper name, or "vmf->page" */
	struct place at;
	const char *from; /* "mmap", or the vm_ops handler: "fault", ... */
};

struct audit_finding {
	const char *rule;
	enum level level;
	const char *fingerprint;
	const char *confidence;
	struct place at;
	const char *message;   /* holds no line numbers and no counts */
	GArray *configs;       /* guint indices into audit.configs: those that have it */
	GPtrArray *conditions; /* struct audit_condition: the deciding ones on its path */
	GPtrArray *path;       /* struct path_step */
	/*
	 * struct path_step: of a review, where the base sets the flag that is missing; the
	 * lines are those of the base.
	 */
	GPtrArray *was;
	enum change change;
	const char *commit;	/* of a review: the one that did it, NULL if not known */
	const char *suppressed; /* why it does not count; NULL: it does */
	const char *suppressor; /* who says so: "FILE:LINE" of the comment or of the allow file */
	bool by_comment;	/* the suppressor is a comment of the tree */
};

/* A static object of the kernel: a dma_buf_ops object, a table, a function. */
struct audit_object {
	struct place at;
	const char *name; /* nested: "outer.member"; run-time copy: "struct.field" */
	const char *type; /* record type, or NULL for a function */
	bool any;	  /* a table that any other one in audit_route.alike could stand for */
};

struct audit_route {
	const char *id;	 /* stable hash of ops and tables */
	GArray *configs; /* guint indices into audit.configs */
	struct audit_object ops;
	const char *mmap;  /* NULL if the ops object has no callback */
	GPtrArray *tables; /* struct audit_object, in order of binding */
	GPtrArray *alike;  /* struct audit_object: drivers that could stand for the one in tables */
	struct audit_object implementation; /* name NULL if there is none */
	enum verdict verdict;
	enum level level;
	const char *reason;   /* why unknown, else NULL */
	GPtrArray *notes;     /* const char *: "maps-nothing", "import-only", ... */
	GPtrArray *flags_set; /* const char *: names of VM_ flags on a mapping's success */
	GPtrArray *flags_clear;
	GPtrArray *settings;   /* struct path_step: where ways that weigh set VM_PFNMAP */
	GPtrArray *vm_ops;     /* const char * */
	GPtrArray *inserts;    /* struct audit_insert */
	GPtrArray *conditions; /* struct audit_condition, of the shortest violating path */
	GPtrArray *guards;     /* struct audit_condition, of the other ones */
	GPtrArray *findings;   /* struct audit_finding */
	bool built;	       /* the configurations build the files of ops and tables */
	bool known;	       /* the verdict is in the saved audit: its level does not count */
	enum change change;    /* of the verdict */
	enum verdict before;   /* the verdict of the base, if change is worse or better */
	const char *commit;    /* as in audit_finding */
	/* As in audit_finding, for the verdict: all that makes it bad is suppressed. */
	const char *suppressed;
	const char *suppressor;
	bool by_comment;
};

struct audit_config {
	const char *arch;
	const char *config;
};

struct audit_failure {
	const char *file;
	const char *reason;
};

/* What one of the engines sees at a place, and the other one does not. */
struct audit_difference {
	struct place at;
	const char *rule;	/* of the finding; "exporters" for an object */
	const char *name;	/* of the object, or of the function */
	const char *clang;	/* what libclang's side comes to there */
	const char *coccinelle; /* likewise Coccinelle's */
	bool reported;		/* as a finding of its own */
};

/* What the semantic patches had to say beside libclang. */
struct audit_coccinelle {
	bool asked;		    /* else nothing of the rest holds */
	const char *version;	    /* of Coccinelle; NULL: there is none that will do */
	const char *reason;	    /* why it did not run or does not work, else NULL */
	guint files;		    /* that were looked at */
	GPtrArray *failed;	    /* struct audit_failure: what is known of them is libclang's */
	GPtrArray *only_clang;	    /* struct audit_difference */
	GPtrArray *only_coccinelle; /* likewise */
};

struct audit_coverage {
	/* These four by audit_count(), before known findings are left out. */
	guint exporters; /* ops objects */
	guint routes;
	guint unknown;
	guint verdicts[VERDICTS]; /* routes of each verdict */
	guint files_scanned;
	guint files_parsed;	 /* candidates whose facts were used, cached ones included */
	GPtrArray *files_failed; /* struct audit_failure */
	GPtrArray *not_reached;	 /* const char *: files that a run was stopped before */
	GPtrArray *notes;	 /* const char *: stubbed headers, helpers not known, ... */
	struct audit_coccinelle coccinelle;
};

/* A helper of mm/ that the vocabulary does not do justice to. */
struct audit_helper {
	const char *name;
	struct place at;  /* its definition */
	const char *text; /* what its body does, as "does not set VM_PFNMAP" */
	bool used;	  /* some route comes by it */
};

/* How the vocabulary compares with mm/: struct audit_helper, but for the names. */
struct audit_vocabulary {
	GPtrArray *checked;	   /* const char *: rows that were compared with a body */
	GPtrArray *contradictions; /* of these, rows that say something else than the body */
	GPtrArray *undecided;	   /* rows that could not be compared; text: why */
	GPtrArray *unknown;	   /* helpers without a row */
};

/* What a comparison with a saved audit left out. */
struct audit_baseline {
	const char *file; /* the saved audit; NULL if there was no comparison */
	guint routes;	  /* whose verdict is no worse than it was */
	guint findings;	  /* that the saved audit has */
};

struct audit_commit {
	const char *id;	     /* full hash, or "patch N" of a mailbox */
	const char *subject; /* one line, as its author wrote it: escape it */
};

/*
 * What a review compared.  The routes of its audit are those that changed, with the
 * findings that changed, the fixed ones included.
 */
struct audit_review {
	const char *base; /* what was compared, in the caller's words; NULL: it is no review */
	const char *head;
	GPtrArray *commits; /* struct audit_commit, from base to head; empty if not known */
	guint others;	    /* changes that the caller did not want to hear of */
	GPtrArray *kept;    /* struct audit: what is fixed lives in them */
};

struct audit {
	GStringChunk *strings;
	const char *libclang; /* version, "19.1.7" */
	const char *release;  /* kernel release */
	GPtrArray *configs;   /* struct audit_config */
	GPtrArray *routes;    /* struct audit_route, sorted */
	GPtrArray *left_out;  /* struct audit_finding: on no route, in code that is not compiled */
	struct audit_coverage coverage;
	struct audit_vocabulary vocabulary;
	struct audit_baseline baseline;
	struct audit_review review;
	const char *stopped; /* why it ended early ("interrupted"), NULL if it did not */
	/* The stage in which it ended with nothing known; NULL: what is here was known. */
	const char *stopped_in;
};

/* An empty audit; audit_free() releases it with all that was added. NULL is ignored. */
struct audit *audit_new(void);
void audit_free(struct audit *audit);

/* A copy of s that lives as long as the audit, one per content; NULL for NULL. */
const char *audit_string(struct audit *audit, const char *s);

/*
 * Each appends a zeroed element, with all of its arrays empty, and returns it.
 * The audit owns it; strings put into it must come from audit_string() or be static.
 */
struct audit_config *audit_add_config(struct audit *audit);
struct audit_route *audit_add_route(struct audit *audit);
struct audit_object *audit_add_table(struct audit_route *route);
struct audit_object *audit_add_alike(struct audit_route *route);
struct audit_insert *audit_add_insert(struct audit_route *route);
/* conditions: route->conditions or route->guards. */
struct audit_condition *audit_add_condition(GPtrArray *conditions);
struct audit_finding *audit_add_finding(struct audit_route *route);
struct path_step *audit_add_step(struct audit_finding *finding);
/* steps: finding->was or route->settings; the same step is there once. */
void audit_add_step_once(GPtrArray *steps, const struct path_step *step);
struct audit_finding *audit_add_left_out(struct audit *audit);
/* Whether conditions (struct audit_condition) has one of that place and text. */
bool audit_has_condition(const GPtrArray *conditions, const struct audit_condition *condition);
/* The element of that content, an earlier one if there is one; to: one of audit->vocabulary. */
struct audit_helper *audit_add_helper(struct audit *audit, GPtrArray *to, const char *name,
				      const char *file, const char *text);
/* Notes, once, that the helper's row was compared. */
void audit_add_checked(struct audit *audit, const char *name);
struct audit_commit *audit_add_commit(struct audit *audit);
/* Copies both strings; the same failure is there once. */
void audit_add_failure(struct audit *audit, const char *file, const char *reason);
/* The same, of a list other than coverage.files_failed. */
void audit_add_failure_to(struct audit *audit, GPtrArray *list, const char *file,
			  const char *reason);
/* list: one of audit->coverage.coccinelle. */
struct audit_difference *audit_add_difference(GPtrArray *list);

/*
 * The names that reports use: "pass", "no-mmap", ...; "error", "none", ...; "object", ...
 * The parsers are their inverse: false, and the result untouched, if no value has that name.
 */
const char *verdict_name(enum verdict verdict);
const char *level_name(enum level level);
const char *condition_kind_name(enum condition_kind kind);
const char *change_name(enum change change); /* "none", "new", ... */
bool verdict_parse(const char *name, enum verdict *verdict);
bool level_parse(const char *name, enum level *level);
bool condition_kind_parse(const char *name, enum condition_kind *kind);

/*
 * Whether findings of this rule are what makes a verdict bad: the conditions of
 * the route are theirs.  The other rules stand beside the verdict.
 */
bool rule_breaks(const char *rule);
/* What stands for the verdict unknown where rules are named. */
#define RULE_UNKNOWN "unknown"
/* Whether there is such a rule, RULE_UNKNOWN included; the name of rule number i, NULL at the end. */
bool rule_exists(const char *rule);
const char *rule_name(guint i);

/* Places by file, line, column; a NULL file first. */
int place_compare(const struct place *a, const struct place *b);

/*
 * "ARCH=arm64 allmodconfig or ...": configurations (guint indices) in the words of
 * kbuild's command line.  Lives as long as the audit.
 */
const char *audit_config_words(struct audit *audit, const GArray *configs);

/*
 * Routes by ops file, ops name, tables, id; findings by place, rule, message;
 * failed files by name.  The order of everything else means something and stays.
 */
void audit_sort(struct audit *audit);
/*
 * Makes the fingerprints of a route's findings differ, by counting those that have the
 * same in the order that audit_sort() leaves; once, when all of them are there.
 */
void audit_number(struct audit *audit);
/* Fills in the numbers of the coverage that follow from the routes. */
void audit_count(struct audit *audit);
/*
 * The highest level of any route and any finding.  What is known or suppressed, and
 * what a review finds fixed, better or moved, counts for nothing.
 */
enum level audit_worst(const struct audit *audit);

#endif
