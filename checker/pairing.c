// SPDX-License-Identifier: GPL-2.0-only
/*
 * pairing: see pairing.h.  Calls are followed by tokens (scan), since most files
 * between a driver's callbacks and the store of a table are never parsed.
 */
#include <string.h>

#include "bounds.h"
#include "pairing.h"
#include "questions.h"
#include "scan.h"

/* The file that an id belongs to, or NULL: "path:name". */
static char *file_of_id(const char *id)
{
	const char *colon = strrchr(id, ':');

	return colon ? g_strndup(id, (gsize)(colon - id)) : NULL;
}

/* Where a function is come to from. */
static struct scan_reach *reach_to(struct program *p, const struct fact_function *f)
{
	g_autofree char *key = g_strconcat(f->file, ":", f->name, NULL);
	struct scan_reach *reach = g_hash_table_lookup(p->reaches, key);

	if (reach)
		return reach;
	reach = scan_reach_to(p->scan, f->file, f->name);
	g_hash_table_insert(p->reaches, g_steal_pointer(&key), reach);
	return reach;
}

/* Whether a function in a table, or in one that it points to, is among those. */
static bool table_leads_to(const struct program *p, const struct fact_table *t,
			   const struct scan_reach *reach, unsigned int depth)
{
	for (unsigned int i = 0; i < t->n_members; i++) {
		const struct expr *e = expr_strip_casts(t->members[i].value);
		const struct fact_table *inner = NULL;

		if (e && e->kind == EXPR_FUNCTION) {
			g_autofree char *file = file_of_id(e->name);

			if (scan_reach_from(reach, file ? file : t->file, id_name(e->name)))
				return true;
		}
		if (e && e->kind == EXPR_ADDRESS)
			e = expr_strip_casts(e->a);
		if (e && e->kind == EXPR_GLOBAL && depth < BOUND_TABLES_NESTED)
			inner = g_hash_table_lookup(p->tables, e->name);
		if (inner && inner != t && table_leads_to(p, inner, reach, depth + 1))
			return true;
	}
	return false;
}

static const char *zero_test_of(const struct expr *e, bool *negated)
{
	*negated = false;
	e = expr_strip_casts(e);
	while (e && e->kind == EXPR_UNARY && e->op == OP_NOT) {
		*negated = !*negated;
		e = expr_strip_casts(e->a);
	}
	return e && e->kind == EXPR_FIELD ? e->name : NULL;
}

/* The node that control comes to when what only joins is left out. */
static int skip_joins(const struct fact_function *f, int node)
{
	for (unsigned int i = 0; i < f->n_nodes && node >= 0 && f->nodes[node].kind == NODE_NOP;
	     i++)
		node = f->nodes[node].next[0];
	return node;
}

/* Whether a store happens only if nothing is stored there yet. */
static bool only_if_null(const struct fact_function *f, const struct fact_node *store)
{
	for (unsigned int i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];
		const char *field;
		bool negated;
		int next;

		if (n->kind != NODE_BRANCH)
			continue;
		field = zero_test_of(n->a, &negated);
		if (!field || strcmp(field, store->a->name))
			continue;
		next = skip_joins(f, n->next[negated ? 0 : 1]);
		if (next >= 0 && &f->nodes[next] == store)
			return true;
	}
	return false;
}

/* Whether a function always fills the field with a table: a store of it is in the function. */
static bool stores_other(const struct fact_function *f, const char *field,
			 const struct fact_table *but)
{
	for (unsigned int i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];
		const char *from;

		if (n->kind != NODE_ASSIGN || n->a->kind != EXPR_FIELD || strcmp(n->a->name, field))
			continue;
		from = expr_address_of(n->b);
		if (from && strcmp(from, but->id) && !only_if_null(f, n))
			return true;
	}
	return false;
}

/*
 * Whether the stores of a table in a function are defaults that an owner never
 * leaves room for: one of its own callbacks has filled the field before.
 */
static bool is_overridden(struct program *p, const struct fact_function *f,
			  const struct fact_table *table, const struct fact_table *owner)
{
	const char *field = NULL;

	for (unsigned int i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];
		const char *from = n->kind == NODE_ASSIGN ? expr_address_of(n->b) : NULL;

		if (!from || strcmp(from, table->id))
			continue;
		if (n->a->kind != EXPR_FIELD || !only_if_null(f, n))
			return false;
		field = n->a->name;
	}
	for (unsigned int i = 0; field && i < owner->n_members; i++) {
		const struct expr *e = expr_strip_casts(owner->members[i].value);
		const struct fact_function *callback =
			e && e->kind == EXPR_FUNCTION ? program_function(p, e->name, false) : NULL;

		if (callback && stores_other(callback, field, table))
			return true;
	}
	return false;
}

/* The function by which an owner comes to store a table, or NULL. */
static const struct fact_function *reached_store(struct program *p, const struct fact_table *owner,
						 const struct fact_table *table,
						 const GPtrArray *users)
{
	for (unsigned int i = 0; i < users->len; i++) {
		const struct fact_function *f = users->pdata[i];

		if (table_leads_to(p, owner, reach_to(p, f), 0) &&
		    !is_overridden(p, f, table, owner))
			return f;
	}
	return NULL;
}

static bool shares_module(const struct fact_table *owner, const struct fact_table *table,
			  const GPtrArray *users)
{
	if (program_same_module(owner->facts, table->facts))
		return true;
	for (unsigned int i = 0; users && i < users->len; i++)
		if (program_same_module(owner->facts,
					((struct fact_function *)users->pdata[i])->facts))
			return true;
	return false;
}

/* Has the files extracted in which owners stand that may come to one of the functions. */
static void ask_for_owners(struct program *p, const char *record, const GPtrArray *users)
{
	const GPtrArray *files = scan_table_files(p->scan, record);

	for (unsigned int i = 0; files && i < files->len; i++)
		for (unsigned int k = 0; k < users->len; k++)
			if (scan_reach_from_directory(reach_to(p, users->pdata[k]),
						      files->pdata[i]))
				program_want_file(p, files->pdata[i]);
}

/* Has the files extracted that refer to a table which is not static. */
static void ask_for_users(struct program *p, const struct fact_table *table)
{
	const GPtrArray *files = table->is_static ? NULL :
						    scan_reference_files(p->scan, table->name);

	for (unsigned int i = 0; files && i < files->len; i++)
		program_want_file(p, files->pdata[i]);
}

static void add_pair(GPtrArray *pairs, const struct fact_table *owner, const char *why)
{
	struct pair *pair = g_new(struct pair, 1);

	*pair = (struct pair){ owner, why };
	g_ptr_array_add(pairs, pair);
}

/* Whether an owner of the same module as this one comes to a store of the table. */
static bool module_reaches(struct program *p, const struct fact_table *owner,
			   const GPtrArray *owners, const struct fact_table *table,
			   const GPtrArray *users)
{
	for (unsigned int i = 0; i < owners->len; i++) {
		const struct fact_table *other = owners->pdata[i];

		if (other->has_initializer && program_same_module(other->facts, owner->facts) &&
		    reached_store(p, other, table, users))
			return true;
	}
	return false;
}

static guint64 mix_pairs(const GPtrArray *pairs)
{
	guint64 mix = pairs->len;

	for (unsigned int i = 0; i < pairs->len; i++) {
		const struct pair *pair = pairs->pdata[i];

		mix = question_mix_pointer(program_mix_table(mix, pair->owner), pair->why);
	}
	return mix;
}

/* By the id of the table; the pairing is the object. */
static guint64 ask_owners(struct program *p, const char *id, const void *pairing)
{
	g_autoptr(GPtrArray) pairs = pairing_owners(p, pairing, g_hash_table_lookup(p->tables, id));

	return mix_pairs(pairs);
}

static GPtrArray *find_owners(struct program *p, const struct pairing *pairing,
			      const struct fact_table *table)
{
	GPtrArray *pairs = g_ptr_array_new_with_free_func(g_free);
	const GPtrArray *owners, *users;

	g_rec_mutex_lock(&p->lock);
	owners = program_tables_of(p, pairing->owner, table->file);
	users = g_hash_table_lookup(p->users, table->id);
	if (p->scan) {
		ask_for_users(p, table);
		if (users)
			ask_for_owners(p, pairing->owner, users);
	}
	for (unsigned int i = 0; owners && i < owners->len; i++) {
		const struct fact_table *owner = owners->pdata[i];
		const struct fact_function *f;

		if (!owner->has_initializer && !owner->unread)
			continue;
		f = users && p->scan ? reached_store(p, owner, table, users) : NULL;
		if (f) {
			g_autofree char *why = g_strdup_printf(
				"its callbacks come to %s(), which uses %s", f->name, table->name);

			add_pair(pairs, owner, program_string(p, why));
		} else if (shares_module(owner, table, users) &&
			   (owner->unread || !(users && p->scan &&
					       module_reaches(p, owner, owners, table, users)))) {
			add_pair(pairs, owner, program_string(p, "both stand in the same module"));
		}
	}
	g_rec_mutex_unlock(&p->lock);
	return pairs;
}

GPtrArray *pairing_owners(struct program *p, const struct pairing *pairing,
			  const struct fact_table *table)
{
	void *log = question_log_pause();
	GPtrArray *pairs = find_owners(p, pairing, table);

	question_log_resume(log);
	if (question_logging())
		question_note(ask_owners, table->id, pairing, mix_pairs(pairs));
	return pairs;
}

bool pairing_may_come_to(struct program *p, const struct fact_table *table,
			 const struct fact_table *used)
{
	const GPtrArray *users;
	bool may;

	g_rec_mutex_lock(&p->lock);
	users = g_hash_table_lookup(p->users, used->id);
	may = !p->scan || !users || !users->len;
	for (unsigned int i = 0; !may && i < users->len; i++)
		may = scan_reach_member(reach_to(p, users->pdata[i]), table->file);
	g_rec_mutex_unlock(&p->lock);
	return may;
}

/* ---- imported objects ---- */

/* Whether every way to a function, by tokens, begins at a hook that imports. */
static bool only_imports(struct program *p, const struct fact_function *f)
{
	g_autoptr(GPtrArray) entries = scan_reach_entries(reach_to(p, f));

	for (unsigned int i = 0; i < entries->len; i++)
		if (!g_hash_table_contains(p->importers, entries->pdata[i]) &&
		    !g_hash_table_contains(p->importers, id_name(entries->pdata[i])))
			return false;
	return entries->len > 0;
}

static bool import_only(struct program *p, const struct fact_table *table)
{
	const GPtrArray *users = g_hash_table_lookup(p->users, table->id);
	const GPtrArray *files = table->is_static ? NULL :
						    scan_reference_files(p->scan, table->name);

	/* A file that was not extracted may store it too. */
	for (unsigned int i = 0; files && i < files->len; i++)
		if (!g_hash_table_contains(p->files, files->pdata[i]))
			return false;
	for (unsigned int i = 0; users && i < users->len; i++)
		if (!only_imports(p, users->pdata[i]))
			return false;
	return users != NULL;
}

static guint64 ask_import_only(struct program *p, const char *id, const void *object)
{
	(void)object;
	return pairing_import_only(p, g_hash_table_lookup(p->tables, id));
}

bool pairing_import_only(struct program *p, const struct fact_table *table)
{
	void *log;
	bool only;

	if (!p->scan)
		return false;
	log = question_log_pause();
	g_rec_mutex_lock(&p->lock);
	only = import_only(p, table);
	g_rec_mutex_unlock(&p->lock);
	question_log_resume(log);
	question_note(ask_import_only, table->id, NULL, only);
	return only;
}
