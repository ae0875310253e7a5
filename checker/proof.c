// SPDX-License-Identifier: GPL-2.0-only
/*
 * proof: where the exporter and its tables are, a way to each kind of end that
 * counts with what its handlers insert, why nothing else weighs, and what was
 * found beside the verdict.
 *
 * Takes what trace and judge came to; has no opinions of its own.
 */
#include <string.h>

#include "proof_private.h"

/* Ends of one outcome that are told in full; the others are named. */
#define ENDS_TOLD 3

/* ---- plain data ---- */

static void part_free(void *data)
{
	struct proof_part *part = data;

	g_ptr_array_unref(part->steps);
	g_free(part);
}

void proof_free(struct proof *proof)
{
	if (!proof)
		return;
	g_ptr_array_unref(proof->parts);
	g_free(proof);
}

void proof_begin(struct prover *p, enum proof_tone tone, const char *title)
{
	p->part = g_new0(struct proof_part, 1);
	p->part->title = title;
	p->part->tone = tone;
	p->part->steps = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(p->proof->parts, p->part);
}

struct proof_step *proof_add(struct prover *p, struct place at, const char *function,
			     const char *note)
{
	struct proof_step *step = g_new0(struct proof_step, 1);

	step->at = at;
	step->function = function;
	step->note = note;
	g_ptr_array_add(p->part->steps, step);
	return step;
}

struct place proof_place(struct prover *p, const char *file, unsigned int line, unsigned int column)
{
	struct place at = { audit_string(p->j.audit, file), line, column };

	return at;
}

/* Flags that are told, in the order in which they are. */
static const char *const flag_names[] = { "VM_PFNMAP", "VM_MIXEDMAP", "VM_SHARED", "VM_MAYWRITE" };

static guint64 flag_bit(const struct vm_values *values, unsigned int flag)
{
	const guint64 bits[G_N_ELEMENTS(flag_names)] = { values->pfnmap, values->mixedmap,
							 values->shared, values->maywrite };

	return bits[flag];
}

/* Appends "TITLE A, B", with "; " before it if it is not the first; nothing without flags. */
static void append_flags(GString *out, const char *title, guint64 bits,
			 const struct vm_values *values)
{
	bool any = false;

	for (unsigned int i = 0; i < G_N_ELEMENTS(flag_names); i++) {
		if (!(bits & flag_bit(values, i)))
			continue;
		if (any)
			g_string_append(out, ", ");
		else
			g_string_append_printf(out, "%s%s ", out->len ? "; " : "", title);
		g_string_append(out, flag_names[i]);
		any = true;
	}
}

static const char *state_words(struct prover *p, const struct state *s, guint64 mask)
{
	const struct vm_values *values = &p->j.program->values;
	g_autoptr(GString) out = g_string_new(NULL);

	append_flags(out, "set:", s->ones & mask, values);
	append_flags(out, "clear:", s->zeros & mask, values);
	append_flags(out, "either:", ~(s->ones | s->zeros) & mask, values);
	g_string_append_printf(out, "; vm_ops: %s",
			       !trace_has_handlers(s)	       ? "none" :
			       s->vm_ops->kind == VALUE_GLOBAL ? id_name(s->vm_ops->name) :
								 "not known");
	return audit_string(p->j.audit, out->str);
}

const char *proof_state(struct prover *p, const struct state *s)
{
	return state_words(p, s, ~(guint64)0);
}

const char *proof_flag_note(struct prover *p, const struct state *a, const struct state *b)
{
	const struct vm_values *values = &p->j.program->values;
	g_autoptr(GString) out = g_string_new(NULL);

	append_flags(out, "sets", b->ones & ~a->ones, values);
	append_flags(out, "clears", b->zeros & ~a->zeros, values);
	append_flags(out, "may change", (a->ones | a->zeros) & ~(b->ones | b->zeros), values);
	return out->len ? audit_string(p->j.audit, out->str) : NULL;
}

const char *proof_state_key(struct prover *p, const struct state *s)
{
	const struct vm_values *values = &p->j.program->values;

	return state_words(p, s, values->pfnmap | values->mixedmap);
}

const char *proof_outcomes(struct prover *p, unsigned int set, bool handler)
{
	static const struct {
		enum outcome outcome;
		const char *name;
	} names[] = {
		{ OUTCOME_BAD, "breaks the rule" },
		{ OUTCOME_UNDECIDED, "is not decided" },
		{ OUTCOME_GOOD, "keeps the rule" },
		{ OUTCOME_FORWARD, "is forwarded" },
	};
	g_autoptr(GString) out = g_string_new(NULL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(names); i++)
		if (set & names[i].outcome)
			g_string_append_printf(out, "%s%s", out->len ? " or " : "", names[i].name);
	/* What fails or maps nothing is told only where there is nothing else. */
	if (out->len)
		return audit_string(p->j.audit, out->str);
	return handler ? "inserts nothing" : "fails or maps nothing";
}

const char *proof_kind(enum mapping_kind kind)
{
	switch (kind) {
	case MAPPING_SHARED:
		return "a shared mapping";
	case MAPPING_READ_ONLY:
		return "a shared mapping of a file opened read-only";
	case MAPPING_PRIVATE:
		return "a private mapping";
	case MAPPING_ANY:
		break;
	}
	return "any mapping";
}

/* ---- the route ---- */

/* How objects with a table come to be exported with the ops of the route. */
static void tell_export_hook(struct prover *p, const struct fact_table *t)
{
	const struct export_hook *h = export_hooks;
	const struct fact_member *hook;
	const struct expr *value;

	while (h->record && strcmp(h->record, t->record))
		h++;
	if (!h->record)
		return;
	hook = proof_find_member(t, "", h->field);
	value = hook ? hook->value : NULL;
	while (value && value->kind == EXPR_CAST)
		value = value->a;
	if (!value || value->kind == EXPR_INT)
		proof_add(p, proof_table_place(p, t), NULL,
			  judge_text(&p->j,
				     "it has no export hook: %s stands in, and leaves this ops "
				     "object behind",
				     h->fallback));
	else
		proof_add(p, proof_member_place(p, t, hook), NULL,
			  value->kind == EXPR_FUNCTION ?
				  judge_text(&p->j,
					     "its export hook %s leaves this ops object behind",
					     id_name(value->name)) :
				  "its export hook, which is not known by name");
}

static void tell_binding(struct prover *p, const struct trace_binding *b)
{
	const char *field = *b->field == '*' ? judge_text(&p->j, "every %s", b->field + 1) :
					       b->field;
	unsigned int before;

	if (b->asked_at)
		proof_add(p,
			  proof_place(p, b->asked_in->file, b->asked_at->line, b->asked_at->column),
			  audit_string(p->j.audit, b->asked_in->name),
			  judge_text(&p->j, "reads %s, which on this route is %s", field,
				     b->table->name));
	proof_add(p, proof_table_place(p, b->table), NULL,
		  b->why ? judge_text(&p->j, "%s as %s: %s", b->table->name, field, b->why) :
			   judge_text(&p->j, "%s as %s, as any struct %s may be", b->table->name,
				      field, b->table->record));
	tell_export_hook(p, b->table);
	before = p->part->steps->len;
	if (*b->field != '*')
		proof_tell_stores(p, b->field, b->table);
	/* Stored from a parameter, or by a function that is not followed. */
	if (p->part->steps->len == before)
		proof_tell_uses(p, b->table);
}

/* Where the ops object is, who uses it, and the tables that are bound. */
static void tell_route(struct prover *p)
{
	static const char *const ops_fields[] = { "dma_buf_export_info::ops", "dma_buf::ops" };
	const struct trace_route *r = p->j.r;
	const struct exporter *e = r->exporter;
	const struct audit_route *out = p->j.out;
	const struct place nowhere = { 0 };
	const struct fact_member *mmap;

	proof_begin(p, TONE_PLAIN, "where it is, and what goes with it");
	proof_add(p, out->ops.at, NULL,
		  e->table ? judge_text(&p->j, "%s, a dma_buf_ops object", out->ops.name) :
			     judge_text(&p->j, "%s, a dma_buf_ops object made at run time",
					out->ops.name));
	mmap = e->table ? proof_find_member(e->table, e->path, "dma_buf_ops::mmap") : NULL;
	if (r->mmap)
		proof_add(p,
			  mmap ? proof_member_place(p, e->table, mmap) :
				 proof_place(p, r->mmap->file, r->mmap->line, r->mmap->column),
			  NULL, judge_text(&p->j, "its mmap callback is %s", r->mmap->name));
	else if (r->mmap_id)
		proof_add(p, mmap ? proof_member_place(p, e->table, mmap) : out->ops.at, NULL,
			  judge_text(&p->j, "its mmap callback is %s", id_name(r->mmap_id)));
	else if (!r->unknown)
		proof_add(p, out->ops.at, NULL,
			  "it has no mmap callback: dma_buf_mmap() refuses to map such a buffer");
	for (unsigned int i = 0; e->table && i < G_N_ELEMENTS(ops_fields); i++)
		proof_tell_stores(p, ops_fields[i], e->table);
	for (unsigned int i = 0; i < r->bindings->len; i++)
		tell_binding(p, &g_array_index(r->bindings, struct trace_binding, i));
	for (unsigned int i = 0; r->alike && i < r->alike->len; i++) {
		const struct fact_table *t = r->alike->pdata[i];

		proof_add(p, proof_table_place(p, t), NULL,
			  judge_text(&p->j, "with %s as the owner's table the route is the same",
				     t->name));
	}
	if (r->import_only)
		proof_add(p, nowhere, NULL,
			  "the stores of these tables are reached from import hooks only: such an "
			  "object is exported again as the dma-buf that it came from");
	if (r->graph && r->graph->coarse)
		proof_add(p, nowhere, NULL,
			  "there are too many ways to tell apart: conditions that depend on one "
			  "another are taken as independent")
			->tone = TONE_OPEN;
	if (r->unknown) {
		struct place at = r->unknown_at ?
					  proof_place(p, r->unknown_in->file, r->unknown_at->line,
						      r->unknown_at->column) :
					  out->ops.at;

		proof_add(p, at,
			  r->unknown_at ? audit_string(p->j.audit, r->unknown_in->name) : NULL,
			  judge_text(&p->j, "here it is lost: %s", r->unknown))
			->tone = TONE_OPEN;
	}
}

/* ---- ends of mmap ---- */

/* Exits of mmap that are alike as far as the verdict is concerned. */
struct end {
	unsigned int set;
	int failed;
	const char *state;
	unsigned int inserts;
	GArray *exits; /* int: points, the one with the shortest way first */
	unsigned int length;
};

static void end_free(void *data)
{
	struct end *end = data;

	g_array_unref(end->exits);
	g_free(end);
}

static unsigned int way_length(const struct trace_graph *graph, int point)
{
	unsigned int length = 0;

	for (; point >= 0; point = judge_point_at(graph, point)->parent)
		length++;
	return length;
}

/* The worst first, then the shortest. */
static gint compare_ends(gconstpointer first, gconstpointer second)
{
	const struct end *a = *(const struct end *const *)first;
	const struct end *b = *(const struct end *const *)second;
	int order = (a->set < b->set) - (a->set > b->set);

	if (!order)
		order = (a->length > b->length) - (a->length < b->length);
	return order ? order : g_array_index(a->exits, int, 0) - g_array_index(b->exits, int, 0);
}

static GPtrArray *collect_ends(struct prover *p)
{
	const struct trace_graph *graph = p->j.r->graph;
	GPtrArray *ends = g_ptr_array_new_with_free_func(end_free);
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (int i = 0; i < (int)graph->points->len; i++) {
		const struct trace_point *at = judge_point_at(graph, i);
		unsigned int set = outcomes_at(p->j.o, graph, i), length;
		int failed = trace_failed(at->state);
		const char *state;
		struct end *end;
		char *key;

		if (at->node >= 0)
			continue;
		state = proof_state_key(p, at->state);
		/* Of those that do not weigh only that matters. */
		if (set == OUTCOME_NOTHING)
			state = "";
		key = g_strdup_printf("%u %d %u %s", set, failed, at->state->inserts, state);
		length = way_length(graph, i);
		end = g_hash_table_lookup(known, key);
		if (!end) {
			end = g_new0(struct end, 1);
			end->set = set;
			end->failed = failed;
			end->state = state;
			end->inserts = at->state->inserts;
			end->length = length;
			end->exits = g_array_new(FALSE, FALSE, sizeof(int));
			g_ptr_array_add(ends, end);
			g_hash_table_insert(known, g_strdup(key), end);
		}
		g_free(key);
		if (end->exits->len && length < end->length) {
			g_array_prepend_val(end->exits, i);
			end->length = length;
		} else {
			g_array_append_val(end->exits, i);
		}
	}
	g_ptr_array_sort(ends, compare_ends);
	return ends;
}

/* ---- ways ---- */

static enum proof_tone tone_of(unsigned int set)
{
	if (set & OUTCOME_BAD)
		return TONE_BAD;
	if (set & OUTCOME_UNDECIDED)
		return TONE_OPEN;
	return set & OUTCOME_GOOD ? TONE_GOOD : TONE_PLAIN;
}

/* ", when `a`, unless `b`": the branches on a way through mmap that decide. */
static const char *conditions_of(struct prover *p, const GArray *way)
{
	const struct trace_graph *graph = p->j.r->graph;
	g_autoptr(GString) out = g_string_new(NULL);

	for (unsigned int i = 0; i + 1 < way->len; i++) {
		int index = g_array_index(way, int, i);
		const struct trace_point *at = judge_point_at(graph, index);
		const struct fact_node *n = judge_node_of(at);

		if (!n->text || !outcomes_decides(p->j.o, graph, index))
			continue;
		for (unsigned int k = 0; k < at->n_edges; k++)
			if (at->edges[k].to == g_array_index(way, int, i + 1)) {
				g_string_append_printf(out, ", %s `%s`",
						       at->edges[k].truth == 1 ? "when" : "unless",
						       n->text);
				break;
			}
	}
	return audit_string(p->j.audit, out->str);
}

static const char *end_title(struct prover *p, const struct end *end)
{
	g_autoptr(GArray) way = judge_way_to(p->j.r->graph, g_array_index(end->exits, int, 0));

	if (end->set != OUTCOME_NOTHING)
		return judge_text(&p->j, "a way that %s%s", proof_outcomes(p, end->set, false),
				  conditions_of(p, way));
	return end->failed == 1 ? "a way that fails" :
	       end->failed == 0 ? "a way that succeeds and maps nothing" :
				  "a way that fails, or maps nothing";
}

/* Kinds of mappings for which other ways come to the same end. */
static void tell_kinds(struct prover *p, const struct end *end)
{
	const struct trace_graph *graph = p->j.r->graph;
	const struct place nowhere = { 0 };
	enum mapping_kind first =
		judge_point_at(graph, g_array_index(end->exits, int, 0))->state->kind;

	for (enum mapping_kind kind = MAPPING_ANY; kind <= MAPPING_PRIVATE; kind++) {
		bool found = false;

		for (unsigned int i = 0; i < end->exits->len && kind != first; i++)
			found |= judge_point_at(graph, g_array_index(end->exits, int, i))
					 ->state->kind == kind;
		if (found)
			proof_add(p, nowhere, NULL,
				  judge_text(&p->j, "other ways, for %s, end alike",
					     proof_kind(kind)));
	}
}

static void tell_end(struct prover *p, const struct end *end)
{
	const struct trace_graph *graph = p->j.r->graph;
	int exit = g_array_index(end->exits, int, 0);
	const struct state *after = judge_point_at(graph, exit)->state;
	g_autoptr(GArray) way = judge_way_to(graph, exit);
	const struct fact_function *f = graph->root;

	proof_begin(p, tone_of(end->set), end_title(p, end));
	proof_add(p, proof_place(p, f->file, f->line, f->column), NULL,
		  judge_text(&p->j, "%s is called with a new mapping", f->name))
		->state = proof_state(p, judge_point_at(graph, 0)->state);
	proof_tell_way(p, graph, way, after);
	tell_kinds(p, end);
	if (end->failed == 1)
		return;
	if (trace_has_handlers(after) && after->vm_ops->kind != VALUE_GLOBAL)
		proof_add(p, proof_place(p, f->file, f->line, f->column), NULL,
			  "which vm_ops it installs is not known")
			->tone = TONE_OPEN;
	proof_tell_vm_ops(p, after);
	proof_tell_handlers(p, end->exits);
}

/* Ends like others that were told, by their states and the places that they return at. */
static void tell_more_ends(struct prover *p, const GPtrArray *ends)
{
	const struct trace_graph *graph = p->j.r->graph;

	proof_begin(p, TONE_PLAIN, "further ends");
	for (unsigned int i = 0; i < ends->len; i++) {
		const struct end *end = ends->pdata[i];
		int exit = g_array_index(end->exits, int, 0);
		const struct trace_point *before =
			judge_point_at(graph, judge_point_at(graph, exit)->parent);
		struct proof_step *step =
			proof_add(p, judge_place_of(&p->j, before),
				  audit_string(p->j.audit, before->state->frame->function->name),
				  end_title(p, end));

		step->state = end->state;
		step->tone = tone_of(end->set);
	}
}

/* A way to each kind of end that counts for the verdict. */
static void tell_ends(struct prover *p)
{
	g_autoptr(GPtrArray) ends = collect_ends(p);
	g_autoptr(GPtrArray) more = g_ptr_array_new();
	unsigned int all = outcomes_at(p->j.o, p->j.r->graph, 0);
	unsigned int counts[OUTCOME_BAD * 2] = { 0 };

	for (unsigned int i = 0; i < ends->len; i++) {
		const struct end *end = ends->pdata[i];
		unsigned int weighs = all & OUTCOME_WEIGHS  ? OUTCOME_WEIGHS :
				      all & OUTCOME_FORWARD ? OUTCOME_FORWARD :
							      OUTCOME_NOTHING;

		if (!(end->set & weighs))
			continue;
		if (++counts[end->set] <= ENDS_TOLD)
			tell_end(p, end);
		else
			g_ptr_array_add(more, (void *)end);
	}
	if (more->len)
		tell_more_ends(p, more);
}

/* ---- the rest ---- */

static void tell_others(struct prover *p)
{
	const struct trace_route *r = p->j.r;
	/* Graphs of one handler differ in what mmap left behind only. */
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	proof_begin(p, TONE_PLAIN,
		    outcomes_at(p->j.o, r->graph, 0) == OUTCOME_NOTHING ?
			    "what decides how it fails, or maps nothing" :
			    "why nothing else weighs");
	proof_tell_others(p, r->graph, NULL);
	for (unsigned int i = 0; i < r->handlers->len; i++) {
		const struct trace_handler *h = r->handlers->pdata[i];

		if (h->graph && h->graph->root &&
		    g_hash_table_add(seen, g_strdup_printf("%s %s", h->handler->name,
							   h->graph->root->id)))
			proof_tell_others(p, h->graph, judge_text(&p->j, "%s: ", h->handler->name));
	}
	if (!p->part->steps->len)
		g_ptr_array_remove_index(p->proof->parts, p->proof->parts->len - 1);
}

/* What was found whatever the verdict is. */
static void tell_findings(struct prover *p)
{
	for (unsigned int i = 0; i < p->j.out->findings->len; i++) {
		const struct audit_finding *f = p->j.out->findings->pdata[i];

		if (rule_breaks(f->rule))
			continue;
		proof_begin(p, TONE_OPEN,
			    judge_text(&p->j, "beside the verdict: %s: %s", f->rule, f->message));
		for (unsigned int k = 0; k < f->path->len; k++) {
			const struct path_step *step = f->path->pdata[k];

			/* Where it is and what is bound was told before. */
			if (step->function || f->path->len == 1)
				proof_add(p, step->at, step->function, step->note);
		}
	}
}

struct proof *proof_new(struct audit *audit, struct program *program,
			const struct trace_route *traced, struct audit_route *route)
{
	struct prover p = { .j = { .audit = audit, .program = program, .r = traced, .out = route } };

	p.proof = g_new0(struct proof, 1);
	p.proof->route = route;
	p.proof->parts = g_ptr_array_new_with_free_func(part_free);
	if (!traced) {
		proof_begin(&p, TONE_OPEN, "where it is");
		proof_add(&p, route->ops.at, NULL, route->reason)->tone = TONE_OPEN;
		return p.proof;
	}
	p.j.o = outcomes_new(program, traced);
	tell_route(&p);
	if (traced->graph && !traced->import_only) {
		tell_ends(&p);
		tell_others(&p);
	}
	tell_findings(&p);
	outcomes_free(p.j.o);
	return p.proof;
}

/* ---- configurations ---- */

static bool same_step(const struct proof_step *a, const struct proof_step *b)
{
	return place_compare(&a->at, &b->at) == 0 && place_compare(&a->then, &b->then) == 0 &&
	       strcmp(a->note, b->note) == 0 && g_strcmp0(a->function, b->function) == 0 &&
	       g_strcmp0(a->state, b->state) == 0;
}

static bool same_part(const struct proof_part *a, const struct proof_part *b)
{
	if (strcmp(a->title, b->title) || a->steps->len != b->steps->len)
		return false;
	for (unsigned int i = 0; i < a->steps->len; i++)
		if (!same_step(a->steps->pdata[i], b->steps->pdata[i]))
			return false;
	return true;
}

static bool same_proof(const struct proof *a, const struct proof *b)
{
	if (strcmp(a->route->id, b->route->id) || a->route->verdict != b->route->verdict ||
	    g_strcmp0(a->route->reason, b->route->reason) || a->parts->len != b->parts->len)
		return false;
	for (unsigned int i = 0; i < a->parts->len; i++)
		if (!same_part(a->parts->pdata[i], b->parts->pdata[i]))
			return false;
	return true;
}

void proof_merge(GPtrArray *proofs)
{
	for (unsigned int i = 0; i < proofs->len; i++) {
		struct proof *proof = proofs->pdata[i];

		for (unsigned int k = i + 1; k < proofs->len;) {
			const struct proof *other = proofs->pdata[k];

			if (!same_proof(proof, other)) {
				k++;
				continue;
			}
			g_array_append_vals(proof->route->configs, other->route->configs->data,
					    other->route->configs->len);
			g_ptr_array_remove_index(proofs, k);
		}
	}
}
