// SPDX-License-Identifier: GPL-2.0-only
/*
 * lower: initialisers.  Those of locals become assignments of each member, those
 * of variables rows of a table.
 */
#include <string.h>

#include "bounds.h"
#include "lower_private.h"

const struct ast *lower_skip_parens(const struct ast *a)
{
	while (a && (a->kind == AST_PAREN || a->kind == AST_CAST) && a->first)
		a = a->first;
	return a;
}

const char *lower_record_of(const char *type)
{
	return type && *type != '*' && *type != '[' ? type : NULL;
}

/* The member that the next positional initialiser is for. */
static char *positional_key(struct lower *l, const struct ast *init, unsigned int index,
			    const char **name)
{
	const char *const *fields = lower_record_of(init->type) ? ast_record_fields(l->unit, init) :
								  NULL;
	char *key = NULL;

	*name = NULL;
	for (unsigned int i = 0; fields && fields[i]; i++) {
		if (i == index) {
			*name = fields[i];
			key = g_strconcat(init->type, "::", fields[i], NULL);
			break;
		}
	}
	g_free((void *)fields);
	return key;
}

static unsigned int field_position(struct lower *l, const struct ast *init, const char *name)
{
	const char *const *fields = ast_record_fields(l->unit, init);
	unsigned int i;

	for (i = 0; fields && fields[i] && strcmp(fields[i], name); i++)
		;
	g_free((void *)fields);
	return i;
}

static void lower_init_value(struct lower *l, struct expr *target, const struct ast *value)
{
	const struct ast *inner = lower_skip_parens(value);

	if (value->kind == AST_INIT_LIST)
		lower_init(l, target, value);
	else if (inner->kind == AST_COMPOUND_LITERAL && inner->first &&
		 inner->first->kind == AST_INIT_LIST && lower_record_of(inner->type))
		lower_init(l, target, inner->first);
	else
		lower_emit_assign(l, target, lower_value(l, value), value);
}

/* The element that an initialiser of an array is for; -1 if it is not known. */
static gint64 element_index(const struct ast *child, gint64 next, const struct ast **value)
{
	*value = child;
	/* "[X] = value" comes as an unnamed expression over both. */
	if (child->kind != AST_OTHER || child->n_children != 2)
		return next;
	*value = child->first->next;
	return child->first->constant ? child->first->value : -1;
}

static void lower_elements(struct lower *l, struct expr *target, const struct ast *init)
{
	const char *type = g_str_has_prefix(init->type, "[]") ? init->type + 2 : NULL;
	gint64 next = 0;

	for (const struct ast *child = init->first; child; child = child->next) {
		const struct ast *value;
		gint64 index = element_index(child, next, &value);
		struct expr *to;

		if (index < 0 || init->n_children > BOUND_ELEMENTS) {
			lower_value(l, value);
			continue;
		}
		to = lower_make_named(l, EXPR_INDEX, NULL, type, target);
		to->b = lower_make_int(l, index);
		lower_init_value(l, to, value);
		next = index + 1;
	}
}

/* Assigns the members that an initialiser list names to those of an object. */
void lower_init(struct lower *l, struct expr *target, const struct ast *init)
{
	unsigned int index = 0;

	if (init->type && *init->type == '[') {
		lower_elements(l, target, init);
		return;
	}
	for (const struct ast *child = init->first; child; child = child->next) {
		if (child->kind == AST_DESIGNATED) {
			const struct ast *value = ast_last_child(child);
			struct expr *to = target;

			for (const struct ast *step = child->first; step != value;
			     step = step->next) {
				if (step->kind != AST_MEMBER_REF || !step->field)
					continue;
				to = lower_make_named(l, EXPR_FIELD, step->field, step->type, to);
				if (step == child->first && step->name &&
				    lower_record_of(init->type))
					index = field_position(l, init, step->name) + 1;
			}
			lower_init_value(l, to, value);
		} else {
			const char *name;
			g_autofree char *key = positional_key(l, init, index++, &name);

			if (key)
				lower_init_value(l,
						 lower_make_named(l, EXPR_FIELD, key, child->type,
								  target),
						 child);
			else
				lower_value(l, child);
		}
	}
}

static bool all_elements_known(const struct ast *init)
{
	const struct ast *value;

	if (!init->type || *init->type != '[')
		return true;
	for (const struct ast *child = init->first; child; child = child->next)
		if (element_index(child, 0, &value) < 0)
			return false;
	return init->n_children <= BOUND_ELEMENTS;
}

/* As lower_init(), of a whole local: what the list leaves out is zero. */
void lower_local_init(struct lower *l, struct expr *target, const struct ast *init)
{
	lower_emit_assign(l, target,
			  all_elements_known(init) ? lower_make_int(l, 0) :
						     lower_make_unknown(l, init->type),
			  init);
	lower_init(l, target, init);
}

/* Parameters of the type of a pointer to functions come before what it is set to. */
const struct ast *lower_initializer(const struct ast *var)
{
	const struct ast *init = var->first;

	while (init && init->kind == AST_PARAM)
		init = init->next;
	return init;
}

struct members {
	struct lower l;
	GArray *rows; /* struct fact_member */
	bool in_array;
};

static void member_row(struct members *m, const char *path, const char *field, const char *type,
		       struct expr *value, const struct ast *a)
{
	/* "a.b = 1, a.c = 2" begins the record a only once. */
	for (unsigned int i = 0; !value && i < m->rows->len; i++)
		if (!strcmp(g_array_index(m->rows, struct fact_member, i).path, path))
			return;
	struct fact_member row = {
		.path = facts_string(m->l.facts, path),
		.field = facts_string(m->l.facts, field ? field : ""),
		.type = facts_string(m->l.facts, type ? type : "-"),
		.value = value,
		.line = a->line,
		.column = a->column,
	};

	g_array_append_val(m->rows, row);
}

static bool is_symbol(const struct expr *e)
{
	while (e && (e->kind == EXPR_CAST || e->kind == EXPR_ADDRESS || e->kind == EXPR_INDEX ||
		     e->kind == EXPR_FIELD))
		e = e->a;
	return e && (e->kind == EXPR_FUNCTION || e->kind == EXPR_GLOBAL);
}

static void lower_members(struct members *m, const struct ast *init, const char *prefix);

static void lower_member_value(struct members *m, const struct ast *value, const char *path,
			       const char *field, const char *type)
{
	const struct ast *inner = lower_skip_parens(value);

	if (inner->kind == AST_COMPOUND_LITERAL && inner->first && lower_record_of(inner->type))
		value = inner->first;
	if (value->kind == AST_INIT_LIST) {
		if (lower_record_of(value->type))
			member_row(m, path, field, value->type, NULL, value);
		lower_members(m, value, path);
		return;
	}
	m->l.depth = 0;
	struct expr *e = lower_value(&m->l, value);

	/* Tables of identifiers and the like are long; only what points somewhere counts. */
	if (m->in_array && !is_symbol(e))
		return;
	member_row(m, path, field, type, e, value);
}

static void lower_members(struct members *m, const struct ast *init, const char *prefix)
{
	bool record = lower_record_of(init->type) != NULL;
	unsigned int index = 0;

	for (const struct ast *child = init->first; child; child = child->next) {
		g_autoptr(GString) path = g_string_new(prefix);
		const struct ast *value = child;
		const char *field = NULL, *type = child->type;
		g_autofree char *key = NULL;

		if (child->kind == AST_DESIGNATED) {
			value = ast_last_child(child);
			for (const struct ast *s = child->first; s != value; s = s->next) {
				if (s->kind != AST_MEMBER_REF)
					continue;
				if (path->len)
					g_string_append_c(path, '.');
				g_string_append(path, s->name);
				field = s->field;
				type = s->type;
				if (s->next != value && lower_record_of(type))
					member_row(m, path->str, field, type, NULL, s);
				if (s == child->first && record)
					index = field_position(&m->l, init, s->name) + 1;
			}
		} else if (record) {
			const char *name;

			key = positional_key(&m->l, init, index++, &name);
			field = key;
			if (path->len)
				g_string_append_c(path, '.');
			g_string_append(path, name ? name : "?");
		} else {
			/* "[X] = value" comes as an unnamed expression over both. */
			if (child->kind == AST_OTHER && child->n_children == 2)
				value = ast_last_child(child);
			g_string_append_printf(path, "[%u]", index++);
			m->in_array = true;
		}
		lower_member_value(m, value, path->str, field, type);
	}
}

void lower_variable(struct facts *facts, struct ast_unit *unit, const struct ast *var,
		    const char *id, const char *file)
{
	struct members m = { 0 };
	struct fact_table *t;
	const struct ast *init = lower_initializer(var);
	bool is_pointer = !strcmp(var->type, "fn(vma)");
	struct ast_function none = { .file = file, .name = var->name };

	if (!is_pointer && (!lower_record_of(var->record) || !strcmp(var->record, "i") ||
			    !strcmp(var->record, "b") || !strcmp(var->record, "-") ||
			    g_str_has_prefix(var->record, "fn")))
		return;
	lower_begin(&m.l, facts, unit, &none);
	m.rows = g_array_new(FALSE, FALSE, sizeof(struct fact_member));
	lower_emit_step(&m.l, NODE_NOP, NULL);
	if (init && lower_skip_parens(init)->kind == AST_COMPOUND_LITERAL)
		init = lower_skip_parens(init)->first;
	if (init && init->kind == AST_INIT_LIST)
		lower_members(&m, init, "");
	else if (init && is_pointer)
		lower_member_value(&m, init, "", NULL, var->type);
	t = facts_alloc(facts, sizeof(*t));
	t->facts = facts;
	t->id = facts_string(facts, id);
	t->name = facts_string(facts, var->name);
	t->record = facts_string(facts, var->record);
	t->file = facts_string(facts, file);
	t->line = var->line;
	t->column = var->column;
	t->is_static = var->is_static;
	t->has_initializer = init != NULL;
	t->n_members = m.rows->len;
	t->members = facts_alloc(facts, m.rows->len * sizeof(*t->members));
	if (m.rows->len)
		memcpy(t->members, m.rows->data, m.rows->len * sizeof(*t->members));
	g_ptr_array_add(facts->tables, t);
	g_array_unref(m.rows);
	lower_end(&m.l);
}
