// SPDX-License-Identifier: GPL-2.0-only
/*
 * lower: function trees to graphs of events.
 *
 * The C API of libclang has no control-flow graph, so this builds one: every
 * call, assignment, branch and return is a node, expressions are free of side
 * effects.  "&&", "||", "!", "?:" and statement expressions become edges, so a
 * branch always tests one thing.  Constant conditions leave no branch; what
 * cannot be reached is dropped.
 *
 * This file begins and ends a function; lower_statement, lower_expression and
 * lower_init lower what is in it, lower_graph holds what they build.
 *
 * "asm goto" may go on at any label that no goto names, since libclang does not
 * tell which labels are its own.
 *
 * Not handled: computed gotos (the function is marked truncated), destructors of
 * __cleanup variables, volatile and atomic access.
 */
#include <string.h>

#include "lower_private.h"

/* The node that an edge to index ends at when empty nodes are passed over. */
static int skip_empty(struct lower *l, int index)
{
	for (unsigned int steps = 0; index >= 0 && steps < l->nodes->len; steps++) {
		const struct fact_node *n = lower_node(l, index);

		if (n->kind != NODE_NOP || n->next[0] < 0)
			break;
		index = n->next[0];
	}
	return index;
}

static void mark_reachable(struct lower *l, int start, int *numbers)
{
	g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(int));

	g_array_append_val(stack, start);
	while (stack->len) {
		int index = g_array_index(stack, int, stack->len - 1);
		const struct fact_node *n;

		g_array_set_size(stack, stack->len - 1);
		if (index < 0 || numbers[index])
			continue;
		numbers[index] = 1;
		n = lower_node(l, index);
		g_array_append_val(stack, n->next[0]);
		g_array_append_val(stack, n->next[1]);
		for (unsigned int i = 0; i < n->n_cases; i++)
			g_array_append_val(stack, n->cases[i].next);
	}
}

/* Drops nodes that nothing leads to and empty ones; the entry becomes the first. */
static void compact(struct lower *l, struct fact_function *f)
{
	g_autofree int *numbers = g_new0(int, l->nodes->len);
	int entry = skip_empty(l, 0);
	int count = 0;

	for (unsigned int i = 0; i < l->nodes->len; i++) {
		struct fact_node *n = lower_node(l, (int)i);

		n->next[0] = skip_empty(l, n->next[0]);
		n->next[1] = skip_empty(l, n->next[1]);
		for (unsigned int k = 0; k < n->n_cases; k++)
			n->cases[k].next = skip_empty(l, n->cases[k].next);
	}
	mark_reachable(l, entry, numbers);
	/* The entry is the first node, or what the first ones lead to. */
	for (unsigned int i = 0; i < l->nodes->len; i++)
		numbers[i] = numbers[i] && (int)i != entry ? ++count : (int)i == entry ? 0 : -1;
	f->n_nodes = (unsigned int)count + 1;
	f->nodes = facts_alloc(l->facts, f->n_nodes * sizeof(*f->nodes));
	for (unsigned int i = 0; i < l->nodes->len; i++) {
		struct fact_node *n = lower_node(l, (int)i);

		if (numbers[i] < 0)
			continue;
		for (int s = 0; s < 2; s++)
			if (n->next[s] >= 0)
				n->next[s] = numbers[n->next[s]];
		for (unsigned int k = 0; k < n->n_cases; k++)
			n->cases[k].next = numbers[n->cases[k].next];
		f->nodes[numbers[i]] = *n;
	}
}

static gint compare_cases(gconstpointer a, gconstpointer b)
{
	return ((const struct fact_case *)a)->next - ((const struct fact_case *)b)->next;
}

static void patch_gotos(struct lower *l)
{
	GHashTableIter iter;
	void *name, *edges;

	g_hash_table_iter_init(&iter, l->gotos);
	while (g_hash_table_iter_next(&iter, &name, &edges)) {
		int target = GPOINTER_TO_INT(g_hash_table_lookup(l->labels, name)) - 1;

		if (target < 0) {
			l->truncated = "a goto without its label";
			continue;
		}
		lower_patch(l, edges, target);
		for (unsigned int i = 0; i < ((GArray *)edges)->len; i++)
			if (g_array_index((GArray *)edges, struct edge, i).node >= target)
				lower_node(l, target)->kind = NODE_LOOP;
	}
}

/* Lets inline assembly go on at labels that no goto names; drops its nodes if there are none. */
static void patch_asms(struct lower *l)
{
	g_autoptr(GArray) cases = g_array_new(FALSE, FALSE, sizeof(struct fact_case));
	GHashTableIter iter;
	void *name, *label;

	g_hash_table_iter_init(&iter, l->labels);
	while (g_hash_table_iter_next(&iter, &name, &label)) {
		struct fact_case c = { 1, 0, GPOINTER_TO_INT(label) - 1 };

		if (!g_hash_table_contains(l->gotos, name))
			g_array_append_val(cases, c);
	}
	g_array_sort(cases, compare_cases);
	for (unsigned int i = 0; i < l->asms->len; i++) {
		struct fact_node *n = lower_node(l, g_array_index(l->asms, int, i));

		if (!cases->len) {
			n->kind = NODE_NOP;
			continue;
		}
		n->n_cases = cases->len;
		n->cases = facts_alloc(l->facts, cases->len * sizeof(*n->cases));
		memcpy(n->cases, cases->data, cases->len * sizeof(*n->cases));
	}
}

void lower_function(struct facts *facts, struct ast_unit *unit, const struct ast_function *f)
{
	struct fact_function *out = facts_alloc(facts, sizeof(*out));
	struct lower l;

	lower_begin(&l, facts, unit, f);
	out->facts = facts;
	out->id = facts_string(facts, f->id);
	out->name = facts_string(facts, f->name);
	out->file = facts_string(facts, f->file);
	out->line = f->line;
	out->column = f->column;
	out->linkage = !f->is_static ? LINKAGE_EXTERN :
		       f->in_header  ? LINKAGE_INLINE :
				       LINKAGE_STATIC;
	out->type = facts_string(facts, f->type);
	out->n_params = f->n_params;
	for (unsigned int i = 0; i < f->n_params; i++)
		lower_local(&l, f->params[i]);
	lower_emit_step(&l, NODE_NOP, NULL);
	lower_statement(&l, f->body);
	lower_emit(&l, NODE_END, NULL);
	patch_gotos(&l);
	patch_asms(&l);
	if (f->too_deep)
		l.truncated = "nested deeper than the bound";
	out->truncated = facts_string(facts, l.truncated);
	compact(&l, out);
	out->n_locals = l.locals->len;
	out->locals = facts_alloc(facts, l.locals->len * sizeof(*out->locals));
	if (l.locals->len)
		memcpy(out->locals, l.locals->data, l.locals->len * sizeof(*out->locals));
	g_ptr_array_add(facts->functions, out);
	lower_end(&l);
}
