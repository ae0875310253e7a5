// SPDX-License-Identifier: GPL-2.0-only
/*
 * facts: memory and text form of what one source file says.
 *
 * Text form: one row a line, fields separated by tabs, the first one names the
 * row.  Names are percent-escaped where they hold blanks.  An expression is one
 * field, in prefix notation with blanks between tokens:
 *
 *	?T  #N  %LOCAL  $GLOBAL  !FUNCTION  .KEY T E  [ T E E  * T E  & T E
 *	( T E  (a cast)    uOP E    bOP E E
 */
#include <stdlib.h>
#include <string.h>

#include "facts.h"

#define BLOCK_SIZE 65536
#define EXPR_DEPTH_MAX 200

struct block {
	gsize used;
	gsize size;
	char *data;
};

static const char *const op_names[] = {
	[OP_NONE] = "none", [OP_NOT] = "!",  [OP_COMPLEMENT] = "~", [OP_MINUS] = "-",
	[OP_ADD] = "+",	    [OP_SUB] = "-",  [OP_MUL] = "*",	    [OP_DIV] = "/",
	[OP_REM] = "%",	    [OP_SHL] = "<<", [OP_SHR] = ">>",	    [OP_AND] = "&",
	[OP_OR] = "|",	    [OP_XOR] = "^",  [OP_EQ] = "==",	    [OP_NE] = "!=",
	[OP_LT] = "<",	    [OP_GT] = ">",   [OP_LE] = "<=",	    [OP_GE] = ">=",
};

static const char *const node_names[] = {
	[NODE_NOP] = "nop",	  [NODE_LOOP] = "loop",	    [NODE_ASSIGN] = "assign",
	[NODE_CALL] = "call",	  [NODE_BRANCH] = "branch", [NODE_SWITCH] = "switch",
	[NODE_RETURN] = "return", [NODE_BUG] = "bug",	    [NODE_WARN] = "warn",
	[NODE_END] = "end",
};

static const char *const linkage_names[] = {
	[LINKAGE_EXTERN] = "extern",
	[LINKAGE_STATIC] = "static",
	[LINKAGE_INLINE] = "inline",
};

const char *node_kind_name(enum node_kind kind)
{
	return node_names[kind];
}

const char *expr_op_name(enum expr_op op)
{
	return op_names[op];
}

const char *type_pointee(const char *type)
{
	return type && type[0] == '*' && type[1] && type[1] != '*' ? type + 1 : NULL;
}

bool type_is_mapping(const char *type)
{
	const char *record = type_pointee(type);

	return record && (!strcmp(record, "vm_area_struct") || !strcmp(record, "vm_fault") ||
			  !strcmp(record, "vm_area_desc"));
}

static void block_free(void *data)
{
	struct block *block = data;

	g_free(block->data);
	g_free(block);
}

struct facts *facts_new(const char *file)
{
	struct facts *facts = g_new0(struct facts, 1);

	facts->strings = g_string_chunk_new(4096);
	facts->file = g_string_chunk_insert_const(facts->strings, file);
	facts->functions = g_ptr_array_new();
	facts->tables = g_ptr_array_new();
	facts->matches = g_ptr_array_new();
	facts->skipped = g_ptr_array_new();
	facts->errors = g_ptr_array_new();
	facts->blocks = g_ptr_array_new_with_free_func(block_free);
	return facts;
}

void facts_free(struct facts *facts)
{
	if (!facts)
		return;
	g_ptr_array_unref(facts->functions);
	g_ptr_array_unref(facts->tables);
	g_ptr_array_unref(facts->matches);
	g_ptr_array_unref(facts->skipped);
	g_ptr_array_unref(facts->errors);
	g_ptr_array_unref(facts->blocks);
	g_string_chunk_free(facts->strings);
	g_free(facts);
}

const char *facts_string(struct facts *facts, const char *s)
{
	return s ? g_string_chunk_insert_const(facts->strings, s) : NULL;
}

void *facts_alloc(struct facts *facts, gsize size)
{
	struct block *block = NULL;

	size = (size + 15) & ~(gsize)15;
	if (facts->blocks->len)
		block = facts->blocks->pdata[facts->blocks->len - 1];
	if (!block || block->size - block->used < size) {
		block = g_new0(struct block, 1);
		block->size = MAX(size, BLOCK_SIZE);
		block->data = g_malloc0(block->size);
		g_ptr_array_add(facts->blocks, block);
	}
	block->used += size;
	return block->data + block->used - size;
}

struct expr *facts_expr(struct facts *facts, enum expr_kind kind, const char *type)
{
	struct expr *expr = facts_alloc(facts, sizeof(*expr));

	expr->kind = kind;
	expr->type = facts_string(facts, type ? type : "-");
	return expr;
}

/* ---- printing ---- */

static void print_name(const char *name, GString *out)
{
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (c <= ' ' || c == '%' || c == 0x7f)
			g_string_append_printf(out, "%%%02x", c);
		else
			g_string_append_c(out, *name);
	}
}

static void print_field(const char *name, GString *out)
{
	g_string_append_c(out, '\t');
	if (!name || !*name)
		g_string_append_c(out, '-');
	else
		print_name(name, out);
}

void expr_print(const struct expr *expr, GString *out)
{
	switch (expr->kind) {
	case EXPR_UNKNOWN:
		g_string_append_printf(out, "?%s", expr->type);
		return;
	case EXPR_INT:
		g_string_append_printf(out, "#%" G_GINT64_FORMAT, expr->value);
		return;
	case EXPR_LOCAL:
		g_string_append_printf(out, "%%%" G_GINT64_FORMAT, expr->value);
		return;
	case EXPR_GLOBAL:
		g_string_append_c(out, '$');
		print_name(expr->name, out);
		g_string_append_printf(out, " %s", expr->type);
		return;
	case EXPR_FUNCTION:
		g_string_append_c(out, '!');
		print_name(expr->name, out);
		return;
	case EXPR_FIELD:
		g_string_append_c(out, '.');
		print_name(expr->name, out);
		break;
	case EXPR_INDEX:
		g_string_append_c(out, '[');
		break;
	case EXPR_DEREF:
		g_string_append_c(out, '*');
		break;
	case EXPR_ADDRESS:
		g_string_append_c(out, '&');
		break;
	case EXPR_CAST:
		g_string_append_c(out, '(');
		break;
	case EXPR_UNARY:
		g_string_append_printf(out, "u%s ", op_names[expr->op]);
		expr_print(expr->a, out);
		return;
	case EXPR_BINARY:
		g_string_append_printf(out, "b%s ", op_names[expr->op]);
		expr_print(expr->a, out);
		g_string_append_c(out, ' ');
		expr_print(expr->b, out);
		return;
	}
	g_string_append_printf(out, " %s ", expr->type);
	expr_print(expr->a, out);
	if (expr->kind == EXPR_INDEX) {
		g_string_append_c(out, ' ');
		expr_print(expr->b, out);
	}
}

static void print_expr_field(const struct expr *expr, GString *out)
{
	g_string_append_c(out, '\t');
	if (expr)
		expr_print(expr, out);
	else
		g_string_append_c(out, '-');
}

static void print_node(const struct fact_function *f, unsigned int i, GString *out)
{
	const struct fact_node *n = &f->nodes[i];

	g_string_append_printf(out, "node\t%u\t%s\t%u:%u\t%d\t%d", i, node_names[n->kind], n->line,
			       n->column, n->next[0], n->next[1]);
	switch (n->kind) {
	case NODE_ASSIGN:
		print_expr_field(n->a, out);
		print_expr_field(n->b, out);
		break;
	case NODE_CALL:
		g_string_append_printf(out, "\t%d", n->result);
		print_expr_field(n->a, out);
		for (unsigned int k = 0; k < n->n_args; k++)
			print_expr_field(n->args[k], out);
		break;
	case NODE_BRANCH:
		print_expr_field(n->a, out);
		print_field(n->text, out);
		break;
	case NODE_SWITCH:
		print_expr_field(n->a, out);
		print_field(n->text, out);
		for (unsigned int k = 0; k < n->n_cases; k++)
			g_string_append_printf(out,
					       "\t%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%d",
					       n->cases[k].low, n->cases[k].high, n->cases[k].next);
		break;
	case NODE_RETURN:
		print_expr_field(n->a, out);
		break;
	case NODE_BUG:
	case NODE_WARN:
		print_field(n->text, out);
		break;
	case NODE_NOP:
	case NODE_LOOP:
	case NODE_END:
		break;
	}
	g_string_append_c(out, '\n');
}

static void print_function_body(const struct fact_function *f, GString *out)
{
	for (unsigned int i = 0; i < f->n_locals; i++) {
		g_string_append_printf(out, "local\t%u", i);
		print_field(f->locals[i].name, out);
		print_field(f->locals[i].type, out);
		g_string_append_c(out, '\n');
	}
	for (unsigned int i = 0; i < f->n_nodes; i++)
		print_node(f, i, out);
}

static void print_function(const struct fact_function *f, GString *out)
{
	g_string_append(out, "function");
	print_field(f->id, out);
	print_field(f->name, out);
	print_field(f->file, out);
	g_string_append_printf(out, "\t%u:%u\t%s", f->line, f->column, linkage_names[f->linkage]);
	print_field(f->type, out);
	g_string_append_printf(out, "\t%u\t%u\t%u", f->n_params, f->n_locals, f->n_nodes);
	print_field(f->truncated, out);
	print_field(f->hash, out);
	g_string_append_c(out, '\n');
	print_function_body(f, out);
}

/* "-" stands for the file that most matches are in. */
static void print_match(const struct facts *facts, const struct fact_match *m, GString *out)
{
	g_string_append(out, "match");
	print_field(m->pattern, out);
	print_field(strcmp(m->file, facts->file) ? m->file : "", out);
	g_string_append_printf(out, "\t%u:%u", m->line, m->column);
	print_field(m->function, out);
	print_field(m->bound, out);
	print_field(m->value, out);
	g_string_append_c(out, '\n');
}

static void print_table(const struct fact_table *t, GString *out)
{
	g_string_append(out, "table");
	print_field(t->id, out);
	print_field(t->name, out);
	print_field(t->record, out);
	print_field(t->file, out);
	g_string_append_printf(out, "\t%u:%u\t%s\t%s\t%u\n", t->line, t->column,
			       t->is_static ? "static" : "extern",
			       t->has_initializer ? "initialized" :
			       t->unread	  ? "unread" :
						    "bare",
			       t->n_members);
	for (unsigned int i = 0; i < t->n_members; i++) {
		const struct fact_member *m = &t->members[i];

		g_string_append(out, "member");
		print_field(m->path, out);
		print_field(m->field, out);
		print_field(m->type, out);
		g_string_append_printf(out, "\t%u:%u", m->line, m->column);
		print_expr_field(m->value, out);
		g_string_append_c(out, '\n');
	}
}

void facts_print(const struct facts *facts, GString *out)
{
	g_string_append_printf(out, "facts\t%d", FACTS_SCHEMA);
	print_field(facts->file, out);
	g_string_append_c(out, '\n');
	for (unsigned int i = 0; i < facts->errors->len; i++) {
		g_string_append(out, "error");
		print_field(facts->errors->pdata[i], out);
		g_string_append_c(out, '\n');
	}
	for (unsigned int i = 0; i < facts->skipped->len; i++) {
		const struct fact_skipped *s = facts->skipped->pdata[i];

		g_string_append(out, "skipped");
		print_field(s->file, out);
		g_string_append_printf(out, "\t%u\t%u\n", s->first, s->last);
	}
	for (unsigned int i = 0; i < facts->matches->len; i++)
		print_match(facts, facts->matches->pdata[i], out);
	for (unsigned int i = 0; i < facts->tables->len; i++)
		print_table(facts->tables->pdata[i], out);
	for (unsigned int i = 0; i < facts->functions->len; i++)
		print_function(facts->functions->pdata[i], out);
	g_string_append(out, "end\n");
}

void facts_seal(struct facts *facts)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned int i = 0; i < facts->functions->len; i++) {
		struct fact_function *f = facts->functions->pdata[i];
		g_autofree char *sum = NULL;

		g_string_truncate(text, 0);
		print_function_body(f, text);
		sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text->str,
						    (gssize)text->len);
		sum[16] = '\0';
		f->hash = facts_string(facts, sum);
	}
}

bool expr_fold(enum expr_op op, gint64 a, gint64 b, gint64 *out)
{
	guint64 ua = (guint64)a, ub = (guint64)b;

	switch (op) {
	case OP_ADD:
		*out = (gint64)(ua + ub);
		return true;
	case OP_SUB:
		*out = (gint64)(ua - ub);
		return true;
	case OP_MUL:
		*out = (gint64)(ua * ub);
		return true;
	case OP_DIV:
		if (!b || (b == -1 && a == G_MININT64))
			return false;
		*out = a / b;
		return true;
	case OP_REM:
		if (!b || (b == -1 && a == G_MININT64))
			return false;
		*out = a % b;
		return true;
	case OP_SHL:
		if (b < 0 || b > 63)
			return false;
		*out = (gint64)(ua << b);
		return true;
	case OP_SHR:
		if (b < 0 || b > 63)
			return false;
		*out = (gint64)(ua >> b);
		return true;
	case OP_AND:
		*out = a & b;
		return true;
	case OP_OR:
		*out = a | b;
		return true;
	case OP_XOR:
		*out = a ^ b;
		return true;
	case OP_EQ:
		*out = a == b;
		return true;
	case OP_NE:
		*out = a != b;
		return true;
	case OP_LT:
		*out = a < b;
		return true;
	case OP_GT:
		*out = a > b;
		return true;
	case OP_LE:
		*out = a <= b;
		return true;
	case OP_GE:
		*out = a >= b;
		return true;
	default:
		return false;
	}
}

/* ---- parsing ---- */

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

/* Undoes print_name() in place. */
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
		if (!strcmp(op_names[op], name))
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
	for (unsigned int k = 0; k < G_N_ELEMENTS(node_names); k++)
		if (!strcmp(node_names[k], kind))
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
	for (unsigned int k = 0; k < G_N_ELEMENTS(linkage_names); k++)
		if (!strcmp(linkage_names[k], linkage))
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
