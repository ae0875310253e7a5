// SPDX-License-Identifier: GPL-2.0-only
/*
 * facts: reads the text form, see facts.c.  Whatever the text holds, what is
 * returned can be walked: indices are in range, expressions are whole.
 */
#include <stdlib.h>
#include <string.h>

#include "facts_private.h"

#define EXPR_DEPTH_MAX 200

struct reader {
	struct facts *facts;
	char *at; /* in a writable copy of the text */
	char *end;
	char *field; /* the rest of the current row, NULL at its end */
	bool bad;
};

/* The next field of the row, NUL-terminated in place; "" and bad at the end. */
static char *read_field(struct reader *r)
{
	char *start = r->field;
	char *tab;

	if (!start) {
		r->bad = true;
		return r->end;
	}
	tab = strchr(start, '\t');
	if (tab)
		*tab = '\0';
	r->field = tab ? tab + 1 : NULL;
	return start;
}

/* Undoes facts_print_name() in place. */
static const char *read_escaped(struct reader *r, char *s)
{
	char *out = s;
	char *in = s;

	if (!strcmp(s, "-"))
		return facts_string(r->facts, "");
	for (; *in; in++) {
		if (*in == '%' && g_ascii_isxdigit(in[1]) && g_ascii_isxdigit(in[2])) {
			*out++ = (char)(g_ascii_xdigit_value(in[1]) * 16 +
					g_ascii_xdigit_value(in[2]));
			in += 2;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	return facts_string(r->facts, s);
}

static const char *read_name(struct reader *r)
{
	return read_escaped(r, read_field(r));
}

static const char *read_optional(struct reader *r)
{
	const char *s = read_name(r);

	return *s ? s : NULL;
}

static long read_number(struct reader *r)
{
	char *s = read_field(r);
	char *end;
	long value = strtol(s, &end, 10);

	if (end == s || *end)
		r->bad = true;
	return value;
}

static unsigned int read_count(struct reader *r)
{
	long n = read_number(r);

	/* No row is shorter than four characters. */
	if (n < 0 || n > (r->end - r->at) / 4 + 1) {
		r->bad = true;
		return 0;
	}
	return (unsigned int)n;
}

static void read_position(struct reader *r, unsigned int *line, unsigned int *column)
{
	char *s = read_field(r);
	char *end;

	*line = (unsigned int)strtoul(s, &end, 10);
	if (*end != ':') {
		r->bad = true;
		return;
	}
	*column = (unsigned int)strtoul(end + 1, &end, 10);
	if (*end)
		r->bad = true;
}

static char *next_token(char **at)
{
	char *start = *at;
	char *blank;

	if (!start || !*start)
		return NULL;
	blank = strchr(start, ' ');
	if (blank)
		*blank = '\0';
	*at = blank ? blank + 1 : NULL;
	return start;
}

static enum expr_op op_parse(const char *name, bool unary)
{
	int first = unary ? OP_NOT : OP_ADD;
	int last = unary ? OP_MINUS : OP_GE;

	for (int op = first; op <= last; op++)
		if (!strcmp(expr_op_name((enum expr_op)op), name))
			return (enum expr_op)op;
	return OP_NONE;
}

static struct expr *parse_expr(struct reader *r, char **at, unsigned int depth);

static struct expr *parse_typed(struct reader *r, char **at, unsigned int depth,
				enum expr_kind kind, char *name)
{
	char *type = next_token(at);
	struct expr *e = facts_expr(r->facts, kind, type);

	if (name)
		e->name = read_escaped(r, name);
	e->a = parse_expr(r, at, depth + 1);
	if (kind == EXPR_INDEX)
		e->b = parse_expr(r, at, depth + 1);
	return e;
}

static struct expr *parse_expr(struct reader *r, char **at, unsigned int depth)
{
	char *token = next_token(at);
	struct expr *e;

	if (!token || depth > EXPR_DEPTH_MAX) {
		r->bad = true;
		return facts_expr(r->facts, EXPR_UNKNOWN, NULL);
	}
	switch (*token) {
	case '?':
		return facts_expr(r->facts, EXPR_UNKNOWN, token + 1);
	case '#':
		e = facts_expr(r->facts, EXPR_INT, "i");
		e->value = g_ascii_strtoll(token + 1, NULL, 10);
		return e;
	case '%':
		e = facts_expr(r->facts, EXPR_LOCAL, "-");
		e->value = g_ascii_strtoll(token + 1, NULL, 10);
		return e;
	case '$':
		e = facts_expr(r->facts, EXPR_GLOBAL, next_token(at));
		e->name = read_escaped(r, token + 1);
		return e;
	case '!':
		e = facts_expr(r->facts, EXPR_FUNCTION, "fn");
		e->name = read_escaped(r, token + 1);
		return e;
	case '.':
		return parse_typed(r, at, depth, EXPR_FIELD, token + 1);
	case '[':
		return parse_typed(r, at, depth, EXPR_INDEX, NULL);
	case '*':
		return parse_typed(r, at, depth, EXPR_DEREF, NULL);
	case '&':
		return parse_typed(r, at, depth, EXPR_ADDRESS, NULL);
	case '(':
		return parse_typed(r, at, depth, EXPR_CAST, NULL);
	case 'u':
	case 'b':
		e = facts_expr(r->facts, *token == 'u' ? EXPR_UNARY : EXPR_BINARY, "i");
		e->op = op_parse(token + 1, *token == 'u');
		if (e->op == OP_NONE)
			r->bad = true;
		e->a = parse_expr(r, at, depth + 1);
		if (e->kind == EXPR_BINARY)
			e->b = parse_expr(r, at, depth + 1);
		return e;
	default:
		r->bad = true;
		return facts_expr(r->facts, EXPR_UNKNOWN, NULL);
	}
}

static struct expr *read_expr(struct reader *r)
{
	char *s = read_field(r);

	return strcmp(s, "-") ? parse_expr(r, &s, 0) : NULL;
}

/* Steps to the next row; its name, or "" at the end of the text. */
static const char *next_row(struct reader *r)
{
	char *newline;

	if (r->at >= r->end)
		return "";
	r->field = r->at;
	newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
	if (!newline) {
		r->bad = true;
		return "";
	}
	*newline = '\0';
	r->at = newline + 1;
	return read_field(r);
}

static unsigned int count_fields(const char *rest)
{
	unsigned int n = rest ? 1 : 0;

	for (; rest && *rest; rest++)
		n += *rest == '\t';
	return n;
}

static void read_node(struct reader *r, struct fact_node *n, unsigned int index)
{
	const char *kind;

	if (strcmp(next_row(r), "node") || read_number(r) != (long)index) {
		r->bad = true;
		return;
	}
	kind = read_field(r);
	n->kind = NODE_NOP;
	for (unsigned int k = 0; k < G_N_ELEMENTS(facts_node_names); k++)
		if (!strcmp(facts_node_names[k], kind))
			n->kind = (enum node_kind)k;
	read_position(r, &n->line, &n->column);
	n->next[0] = (int)read_number(r);
	n->next[1] = (int)read_number(r);
	n->result = -1;
	switch (n->kind) {
	case NODE_ASSIGN:
		n->a = read_expr(r);
		n->b = read_expr(r);
		break;
	case NODE_CALL:
		n->result = (int)read_number(r);
		n->a = read_expr(r);
		n->n_args = count_fields(r->field);
		n->args = facts_alloc(r->facts, n->n_args * sizeof(*n->args));
		for (unsigned int k = 0; k < n->n_args; k++)
			n->args[k] = read_expr(r);
		break;
	case NODE_BRANCH:
		n->a = read_expr(r);
		n->text = read_name(r);
		break;
	case NODE_SWITCH:
		n->a = read_expr(r);
		n->text = read_name(r);
		n->n_cases = count_fields(r->field);
		n->cases = facts_alloc(r->facts, n->n_cases * sizeof(*n->cases));
		for (unsigned int k = 0; k < n->n_cases; k++) {
			char *s = read_field(r);

			n->cases[k].low = g_ascii_strtoll(s, &s, 10);
			n->cases[k].high = g_ascii_strtoll(*s ? s + 1 : s, &s, 10);
			n->cases[k].next = (int)g_ascii_strtoll(*s ? s + 1 : s, &s, 10);
		}
		break;
	case NODE_RETURN:
		n->a = read_expr(r);
		break;
	case NODE_BUG:
	case NODE_WARN:
		n->text = read_name(r);
		break;
	case NODE_NOP:
	case NODE_LOOP:
	case NODE_END:
		break;
	}
}

static bool expr_is_sound(const struct fact_function *f, const struct expr *e)
{
	if (!e)
		return true;
	if (e->kind == EXPR_LOCAL && (e->value < 0 || e->value >= (gint64)f->n_locals))
		return false;
	return expr_is_sound(f, e->a) && expr_is_sound(f, e->b);
}

/* Whether a node has the expressions that its kind implies. */
static bool node_is_sound(const struct fact_function *f, const struct fact_node *n)
{
	bool needs = n->kind == NODE_ASSIGN || n->kind == NODE_CALL || n->kind == NODE_BRANCH ||
		     n->kind == NODE_SWITCH;

	if ((needs && !n->a) || (n->kind == NODE_ASSIGN && !n->b))
		return false;
	for (unsigned int i = 0; i < n->n_args; i++)
		if (!n->args[i] || !expr_is_sound(f, n->args[i]))
			return false;
	return expr_is_sound(f, n->a) && expr_is_sound(f, n->b);
}

/* Whether every index that the function's rows hold is inside it. */
static bool function_is_sound(const struct fact_function *f)
{
	int n = (int)f->n_nodes;

	if (!f->n_nodes || f->n_params > f->n_locals)
		return false;
	for (unsigned int i = 0; i < f->n_nodes; i++) {
		const struct fact_node *node = &f->nodes[i];

		if (node->next[0] >= n || node->next[1] >= n || node->result >= (int)f->n_locals ||
		    !node_is_sound(f, node))
			return false;
		for (unsigned int k = 0; k < node->n_cases; k++)
			if (node->cases[k].next < 0 || node->cases[k].next >= n)
				return false;
	}
	return true;
}

static void read_function(struct reader *r)
{
	struct fact_function *f = facts_alloc(r->facts, sizeof(*f));
	const char *linkage;

	f->facts = r->facts;
	f->id = read_name(r);
	f->name = read_name(r);
	f->file = read_name(r);
	read_position(r, &f->line, &f->column);
	linkage = read_field(r);
	for (unsigned int k = 0; k < G_N_ELEMENTS(facts_linkage_names); k++)
		if (!strcmp(facts_linkage_names[k], linkage))
			f->linkage = (enum linkage)k;
	f->type = read_name(r);
	f->n_params = (unsigned int)read_number(r);
	f->n_locals = read_count(r);
	f->n_nodes = read_count(r);
	f->truncated = read_optional(r);
	f->hash = read_name(r);
	f->locals = facts_alloc(r->facts, f->n_locals * sizeof(*f->locals));
	f->nodes = facts_alloc(r->facts, f->n_nodes * sizeof(*f->nodes));
	for (unsigned int i = 0; i < f->n_locals && !r->bad; i++) {
		if (strcmp(next_row(r), "local") || read_number(r) != (long)i)
			r->bad = true;
		f->locals[i].name = read_name(r);
		f->locals[i].type = read_name(r);
	}
	for (unsigned int i = 0; i < f->n_nodes && !r->bad; i++)
		read_node(r, &f->nodes[i], i);
	if (!r->bad && !function_is_sound(f))
		r->bad = true;
	g_ptr_array_add(r->facts->functions, f);
}

static void read_table(struct reader *r)
{
	struct fact_table *t = facts_alloc(r->facts, sizeof(*t));
	const char *state;

	t->facts = r->facts;
	t->id = read_name(r);
	t->name = read_name(r);
	t->record = read_name(r);
	t->file = read_name(r);
	read_position(r, &t->line, &t->column);
	t->is_static = !strcmp(read_field(r), "static");
	state = read_field(r);
	t->has_initializer = !strcmp(state, "initialized");
	t->unread = !strcmp(state, "unread");
	t->n_members = read_count(r);
	t->members = facts_alloc(r->facts, t->n_members * sizeof(*t->members));
	for (unsigned int i = 0; i < t->n_members && !r->bad; i++) {
		struct fact_member *m = &t->members[i];

		if (strcmp(next_row(r), "member"))
			r->bad = true;
		m->path = read_name(r);
		m->field = read_name(r);
		m->type = read_name(r);
		read_position(r, &m->line, &m->column);
		m->value = read_expr(r);
	}
	g_ptr_array_add(r->facts->tables, t);
}

static void read_match(struct reader *r)
{
	struct fact_match *m = facts_alloc(r->facts, sizeof(*m));

	m->pattern = read_name(r);
	m->file = read_optional(r);
	if (!m->file)
		m->file = r->facts->file;
	read_position(r, &m->line, &m->column);
	m->function = read_name(r);
	m->bound = read_name(r);
	m->value = read_name(r);
	g_ptr_array_add(r->facts->matches, m);
}

struct facts *facts_parse(const char *text, gsize size, const char **why)
{
	g_autofree char *copy = g_strndup(text, size);
	struct reader r = { .at = copy, .end = copy + size };
	const char *row;

	*why = "not a fact text";
	r.facts = facts_new("");
	if (strcmp(next_row(&r), "facts"))
		goto bad;
	if (read_number(&r) != FACTS_SCHEMA) {
		*why = "facts of another version";
		goto bad;
	}
	r.facts->file = read_name(&r);
	while (!r.bad) {
		row = next_row(&r);
		if (!strcmp(row, "end"))
			return r.facts;
		if (!strcmp(row, "error")) {
			g_ptr_array_add(r.facts->errors, (void *)read_name(&r));
		} else if (!strcmp(row, "skipped")) {
			struct fact_skipped *s = facts_alloc(r.facts, sizeof(*s));

			s->file = read_name(&r);
			s->first = (unsigned int)read_number(&r);
			s->last = (unsigned int)read_number(&r);
			g_ptr_array_add(r.facts->skipped, s);
		} else if (!strcmp(row, "match")) {
			read_match(&r);
		} else if (!strcmp(row, "table")) {
			read_table(&r);
		} else if (!strcmp(row, "function")) {
			read_function(&r);
		} else {
			r.bad = true;
		}
	}
	*why = "damaged fact text";
bad:
	facts_free(r.facts);
	return NULL;
}
