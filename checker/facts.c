// SPDX-License-Identifier: GPL-2.0-only
/*
 * facts: memory and text form of what one source file says.  facts_read reads the
 * text, facts_expr has what concerns one expression.
 *
 * Text form: one row a line, fields separated by tabs, the first one names the
 * row.  Names are percent-escaped where they hold blanks.  An expression is one
 * field, in prefix notation with blanks between tokens:
 *
 *	?T  #N  %LOCAL  $GLOBAL  !FUNCTION  .KEY T E  [ T E E  * T E  & T E
 *	( T E  (a cast)    uOP E    bOP E E
 */
#include <string.h>

#include "facts_private.h"

#define BLOCK_SIZE 65536

struct block {
	gsize used;
	gsize size;
	char *data;
};

const char *const facts_node_names[] = {
	[NODE_NOP] = "nop",	  [NODE_LOOP] = "loop",	    [NODE_ASSIGN] = "assign",
	[NODE_CALL] = "call",	  [NODE_BRANCH] = "branch", [NODE_SWITCH] = "switch",
	[NODE_RETURN] = "return", [NODE_BUG] = "bug",	    [NODE_WARN] = "warn",
	[NODE_END] = "end",
};

const char *const facts_linkage_names[] = {
	[LINKAGE_EXTERN] = "extern",
	[LINKAGE_STATIC] = "static",
	[LINKAGE_INLINE] = "inline",
};

const char *node_kind_name(enum node_kind kind)
{
	return facts_node_names[kind];
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

bool type_is_export(const char *type)
{
	const char *record = type_pointee(type);

	return record && (!strcmp(record, "dma_buf") || !strcmp(record, "dma_buf_export_info"));
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
	facts->references = 1;
	return facts;
}

struct facts *facts_ref(struct facts *facts)
{
	facts->references++;
	return facts;
}

void facts_free(struct facts *facts)
{
	if (!facts || --facts->references)
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

static void print_field(const char *name, GString *out)
{
	g_string_append_c(out, '\t');
	if (!name || !*name)
		g_string_append_c(out, '-');
	else
		facts_print_name(name, out);
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

	g_string_append_printf(out, "node\t%u\t%s\t%u:%u\t%d\t%d", i, facts_node_names[n->kind],
			       n->line, n->column, n->next[0], n->next[1]);
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
	g_string_append_printf(out, "\t%u:%u\t%s", f->line, f->column,
			       facts_linkage_names[f->linkage]);
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

/* ---- renaming ---- */

static void rename_in(struct expr *e, const char *id, const char *name)
{
	for (; e; e = e->b) {
		if (e->kind == EXPR_GLOBAL && !strcmp(e->name, id))
			e->name = name;
		rename_in(e->a, id, name);
	}
}

void facts_rename_global(struct facts *facts, const char *id, const char *name)
{
	name = facts_string(facts, name);
	facts->renamed++;
	for (unsigned int i = 0; i < facts->functions->len; i++) {
		const struct fact_function *f = facts->functions->pdata[i];

		for (unsigned int k = 0; k < f->n_nodes; k++) {
			rename_in(f->nodes[k].a, id, name);
			rename_in(f->nodes[k].b, id, name);
			for (unsigned int n = 0; n < f->nodes[k].n_args; n++)
				rename_in(f->nodes[k].args[n], id, name);
		}
	}
	for (unsigned int i = 0; i < facts->tables->len; i++) {
		struct fact_table *t = facts->tables->pdata[i];

		if (!strcmp(t->id, id))
			t->id = name;
		for (unsigned int k = 0; k < t->n_members; k++)
			rename_in(t->members[k].value, id, name);
	}
}
