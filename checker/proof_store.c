// SPDX-License-Identifier: GPL-2.0-only
/*
 * proof_store: the places of tables and of their members, and those that show where
 * a pointer comes from: stores of a table in a field, calls that a table is handed
 * to, makers of files.
 */
#include <stdlib.h>
#include <string.h>

#include "proof_private.h"

#define COPIES_MAX 4 /* locals that a file is handed through */

struct place proof_table_place(struct prover *p, const struct fact_table *t)
{
	return proof_place(p, t->file, t->line, t->column);
}

const struct fact_member *proof_find_member(const struct fact_table *t, const char *path,
					    const char *field)
{
	gsize n = strlen(path);

	for (unsigned int i = 0; t && i < t->n_members; i++) {
		const struct fact_member *m = &t->members[i];

		if (m->value && !strcmp(m->field, field) && !strncmp(m->path, path, n) &&
		    (!n || m->path[n] == '.'))
			return m;
	}
	return NULL;
}

struct place proof_member_place(struct prover *p, const struct fact_table *t,
				const struct fact_member *m)
{
	return m->line ? proof_place(p, t->file, m->line, m->column) : proof_table_place(p, t);
}

/* Whether an expression is the address of a table, or of an object inside of it. */
static bool points_to(const struct expr *e, const struct fact_table *t)
{
	while (e && (e->kind == EXPR_CAST || e->kind == EXPR_ADDRESS || e->kind == EXPR_FIELD))
		e = e->a;
	return e && e->kind == EXPR_GLOBAL && !strcmp(e->name, t->id);
}

static int compare_steps(const void *a, const void *b)
{
	return place_compare(&(*(const struct proof_step *const *)a)->at,
			     &(*(const struct proof_step *const *)b)->at);
}

/* Orders the steps from a number on by their places. */
static void sort_from(struct prover *p, unsigned int first)
{
	qsort(p->part->steps->pdata + first, p->part->steps->len - first, sizeof(gpointer),
	      compare_steps);
}

void proof_tell_stores(struct prover *p, const char *field, const struct fact_table *t)
{
	const GPtrArray *stores = program_stores(p->j.program, field);
	unsigned int first = p->part->steps->len;

	for (unsigned int i = 0; stores && i < stores->len; i++) {
		const struct field_store *s = stores->pdata[i];

		if (points_to(s->value, t))
			proof_add(p,
				  proof_place(p, s->function->file, s->node->line, s->node->column),
				  audit_string(p->j.audit, s->function->name),
				  judge_text(&p->j, "stores %s in %s", t->name, field));
	}
	sort_from(p, first);
}

void proof_tell_uses(struct prover *p, const struct fact_table *t)
{
	for (unsigned int i = 0; i < t->facts->functions->len; i++) {
		const struct fact_function *f = t->facts->functions->pdata[i];

		for (unsigned int k = 0; k < f->n_nodes; k++) {
			const struct fact_node *n = &f->nodes[k];
			bool used = false;

			for (unsigned int a = 0; n->kind == NODE_CALL && a < n->n_args; a++)
				used |= points_to(n->args[a], t);
			if (used)
				proof_add(p, proof_place(p, f->file, n->line, n->column),
					  audit_string(p->j.audit, f->name),
					  n->a->kind == EXPR_FUNCTION ?
						  judge_text(&p->j, "hands %s to %s", t->name,
							     id_name(n->a->name)) :
						  judge_text(&p->j, "hands %s on", t->name));
		}
	}
}

/* What makes a file that a local holds, or NULL. */
static const struct word *maker_of(const struct fact_function *f, const struct expr *e,
				   unsigned int depth)
{
	const struct word *found = NULL;

	while (e && e->kind == EXPR_CAST)
		e = e->a;
	if (!e || e->kind != EXPR_LOCAL || depth > COPIES_MAX)
		return NULL;
	for (unsigned int i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];
		const struct word *word;

		if (n->kind == NODE_ASSIGN && n->a->kind == EXPR_LOCAL && n->a->value == e->value &&
		    n->b->kind == EXPR_LOCAL && n->b->value != e->value && !found)
			found = maker_of(f, n->b, depth + 1);
		if (n->kind != NODE_CALL || n->result != e->value || n->a->kind != EXPR_FUNCTION)
			continue;
		word = word_of_id(n->a->name);
		if (word && word->class == WORD_FILE)
			found = word;
	}
	return found;
}

void proof_tell_files(struct prover *p, const char *field)
{
	const GPtrArray *stores = program_stores(p->j.program, field);
	unsigned int first = p->part->steps->len;

	for (unsigned int i = 0; stores && i < stores->len; i++) {
		const struct field_store *s = stores->pdata[i];
		const struct word *maker = maker_of(s->function, s->value, 0);

		if (maker)
			proof_add(p,
				  proof_place(p, s->function->file, s->node->line, s->node->column),
				  audit_string(p->j.audit, s->function->name),
				  judge_text(&p->j,
					     "stores in %s a file that %s made, with %s (%s)",
					     field, maker->name, id_name(maker->table),
					     maker->source));
	}
	sort_from(p, first);
}
