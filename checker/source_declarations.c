// SPDX-License-Identifier: GPL-2.0-only
/*
 * What statements turn out to declare: functions, variables, members, types.
 */
#include "source_private.h"

#include <string.h>

/* The paths kept of one variable; arrays of structs repeat few of them. */
#define PATHS 256

/* The mark of a typedef's name. */
#define ALIAS_MARK G_GUINT64_CONSTANT(0x5bd1e995a5a5a5a5)

guint64 source_alias(guint64 word)
{
	return word ^ ALIAS_MARK;
}

/* Uses of macros, functions */

static void add_use(struct source_reader *r, const struct group *group)
{
	struct source_use use = { .macro = group->word };

	memcpy(use.arguments, group->arguments, sizeof(use.arguments));
	g_array_append_val(r->source->uses, use);
}

void reader_flush_groups(struct source_reader *r)
{
	guint i;

	for (i = 0; i < r->group_count; i++)
		if (r->groups[i].word.text && !r->groups[i].declared)
			add_use(r, &r->groups[i]);
	r->group_count = 0;
	r->split = false;
}

struct group *reader_add_group(struct source_reader *r)
{
	if (r->group_count == GROUPS) {
		if (r->groups[0].word.text && !r->groups[0].declared)
			add_use(r, &r->groups[0]);
		memmove(&r->groups[0], &r->groups[1], sizeof(r->groups[0]) * (GROUPS - 1));
		r->group_count--;
	}
	r->groups[r->group_count] = (struct group){ .plain = true };
	return &r->groups[r->group_count++];
}

void reader_add_function(struct source_reader *r, struct source_word name, bool macro)
{
	struct source_function function = {
		.name = name,
		.first_call = r->source->calls->len,
		.macro = macro,
	};

	g_array_append_val(r->source->functions, function);
}

static bool is_upper(const struct source_word *word)
{
	guint i;

	for (i = 0; i < word->length; i++)
		if (g_ascii_islower(word->text[i]))
			return false;
	return true;
}

/* Of the function that was added last. */
static void takes_mapping(struct source_reader *r, bool mapping)
{
	GArray *functions = r->source->functions;

	g_array_index(functions, struct source_function, functions->len - 1).mapping = mapping;
}

void reader_open_function(struct source_reader *r)
{
	struct group *fallback = NULL;
	bool found = false;
	guint i;

	for (i = r->group_count; i-- > 0;) {
		struct group *group = &r->groups[i];

		if (!group->word.text)
			continue;
		if (group->declared && (!found || r->split)) {
			reader_add_function(r, group->word, false);
			takes_mapping(r, group->mapping);
			found = true;
		} else if (!fallback) {
			fallback = group;
		}
	}
	if (!found && fallback) {
		bool macro = is_upper(&fallback->word) && fallback->arguments[0].text;

		reader_add_function(r, macro ? fallback->arguments[0] : fallback->word, false);
		takes_mapping(r, fallback->mapping);
		found = true;
	} else if (!found && r->old_style.text) {
		reader_add_function(r, r->old_style, false);
		found = true;
	}
	reader_flush_groups(r);
	r->old_style = (struct source_word){ 0 };
	r->in_function = found;
	r->function = r->source->functions->len - 1;
	r->function_depth = r->depth;
}

void reader_resume_function(struct source_reader *r, guint index)
{
	GArray *functions = r->source->functions;

	r->in_function = true;
	r->function = index;
	if (index + 1 < functions->len)
		reader_add_function(r, g_array_index(functions, struct source_function, index).name,
				    false);
}

/* Variables */

guint reader_add_table(struct source_reader *r, struct source_word type, bool alias,
		       struct source_word name, bool initialised)
{
	struct source_table table = {
		.type = type,
		.name = name,
		.alias = alias,
		.initialised = initialised,
	};

	if (alias)
		table.type.hash = source_alias(type.hash);
	g_array_append_val(r->source->tables, table);
	return r->source->tables->len - 1;
}

bool statement_declares(const struct statement *s)
{
	return s->name.text && !s->is_pointer && !s->is_typedef && !s->emitted &&
	       (s->record.hash || s->type.text);
}

guint reader_declare_variable(struct source_reader *r, bool initialised)
{
	struct statement *s = &r->statement;

	s->emitted = true;
	if (s->record.hash)
		return reader_add_table(r, s->record, false, s->name, initialised);
	return reader_add_table(r, s->type, true, s->name, initialised);
}

void reader_add_path(struct source_reader *r, const struct source_path *path)
{
	GArray *paths = r->source->paths;
	guint i;

	if (path->table == G_MAXUINT)
		return;
	/* The rows of an array repeat each other. */
	for (i = paths->len; i-- > 0 && paths->len - i < 8;)
		if (!memcmp(&g_array_index(paths, struct source_path, i), path, sizeof(*path)))
			return;
	if (paths->len >= PATHS &&
	    g_array_index(paths, struct source_path, paths->len - PATHS).table == path->table)
		return;
	g_array_append_val(paths, *path);
}

static void path_append(struct source_path *path, guint64 member)
{
	if (path->length < SOURCE_PATH_LENGTH)
		path->members[path->length++] = member;
}

struct source_path reader_designated_path(struct source_reader *r, guint skip)
{
	const struct statement *s = &r->statement;
	struct source_path path = r->levels[r->depth - 1].path;
	guint i;

	for (i = 0; i + skip < s->designator_count; i++)
		path_append(&path, s->designators[i]);
	if (!s->designator_count)
		path_append(&path, 0);
	return path;
}

/* Members of records */

static void reader_add_relation(struct source_reader *r, enum source_relation_kind kind,
				guint64 inner, guint64 outer, guint64 member)
{
	struct source_relation relation = {
		.kind = kind,
		.inner = inner,
		.outer = outer,
		.member = member,
	};

	g_array_append_val(r->source->relations, relation);
}

void reader_end_member(struct source_reader *r)
{
	const struct statement *s = &r->statement;
	const struct source_word *outer = &r->levels[r->depth - 1].record;
	enum source_relation_kind kind = s->is_pointer ? RELATION_POINTS : RELATION_EMBEDS;

	if (s->record.hash && s->name.text)
		reader_add_relation(r, kind, s->record.hash, outer->hash, s->name.hash);
	else if (s->record.hash && !s->is_pointer && s->defines)
		reader_add_relation(r, RELATION_EMBEDS, s->record.hash, outer->hash, 0);
	else if (s->type.text && s->name.text)
		reader_add_relation(r, kind, source_alias(s->type.hash), outer->hash, s->name.hash);
}

void reader_end_declarator(struct source_reader *r)
{
	struct statement *s = &r->statement;

	switch (reader_scope(r)) {
	case SCOPE_FILE:
		/* "struct x f(void);" is no variable, nor is a typedef's "u32 x;" of interest. */
		if (statement_declares(s) && !r->group_count && !(s->is_extern && !s->assigned) &&
		    (s->record.hash || s->assigned))
			reader_declare_variable(r, s->assigned);
		if (s->is_typedef && s->name.text && !s->is_pointer && !r->group_count) {
			if (s->record.hash)
				reader_add_relation(r, RELATION_NAMES, s->record.hash,
						    source_alias(s->name.hash), 0);
			else if (s->type.text)
				reader_add_relation(r, RELATION_NAMES, source_alias(s->type.hash),
						    source_alias(s->name.hash), 0);
		}
		break;
	case SCOPE_RECORD:
		reader_end_member(r);
		break;
	default:
		break;
	}
}
