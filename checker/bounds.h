/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bounds: how far the analysis goes.  A route that hits one of the first group is
 * unknown, with a reason that names the bound.  The others cost precision: what is
 * not followed may then hold anything, so that a route is unknown or has more ways
 * than it really has.
 */
#ifndef PFNCHECK_BOUNDS_H
#define PFNCHECK_BOUNDS_H

/* Routes become unknown. */
enum {
	BOUND_SECONDS = 120,	   /* for one file in a worker; it takes about one */
	BOUND_MEGABYTES = 2048,	   /* likewise; it takes about 160 */
	BOUND_SPATCH_SECONDS = 30, /* for one file in spatch; it takes less than one */
	BOUND_TREE_DEPTH = 300,	   /* of nested statements and expressions */
	BOUND_EXPR_DEPTH = 120,	   /* of nested expressions that are followed */
	BOUND_EVENTS = 20000,	   /* of one function */
	BOUND_DEPTH = 32,	   /* calls in one another */
	BOUND_RECURSION = 2,	   /* calls of one function in one another */
	BOUND_NODES = 30000,	   /* points of one graph; then once more with fewer conditions */
	BOUND_ROUTES = 400,	   /* of one exporter */
	BOUND_TABLE_FILES = 110,   /* with tables of one record that any file may use */
};

/* Less is known. */
enum {
	BOUND_ASSUMPTIONS = 24, /* of one state; further ones are not remembered */
	BOUND_KEY = 240,	/* characters of a symbol; longer ones become unknown */
	BOUND_MEMBERS = 64,	/* of a local object; it becomes unknown */
	BOUND_ELEMENTS = 64,	/* of a local array; it becomes unknown */
	BOUND_COPIES = 4,	/* of tables into one another */
	BOUND_POINTED = 3,	/* objects that point to one another, until all may change */
	BOUND_SMALL = 8,	/* events of a function that is seen through */
	BOUND_READER = 60,	/* events of one that is followed for a question about flags */
	BOUND_STORE_FUNCTIONS = 2000, /* looked into for the stores of a call; then it may be any */
	BOUND_OUTCOME_ROUNDS = 200,   /* until what points come to has settled */
	BOUND_TABLES_NESTED = 3,      /* tables in tables, for the functions that a driver names */
	BOUND_HELPER_DEPTH = 24,      /* calls from what mm/ exports to what writes entries */
};

#endif
