// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is in a file of scan_cache: from gathered rows to bytes, and back.
 */
#include "scan_cache_private.h"
#include "scan_private.h"

#include <string.h>

static const char magic[8] = "pfnscan";

/* What of a machine shows in the bytes. */
#define LAYOUT (0x01020300u + sizeof(struct frozen_header) % 128 + sizeof(void *))

static const gsize element_sizes[SECTIONS] = {
	[SECTION_STRINGS] = 1,
	[SECTION_FILES] = sizeof(struct frozen_file),
	[SECTION_SLOTS] = sizeof(guint32),
	[SECTION_RELATIONS] = sizeof(struct source_relation),
	[SECTION_MACROS] = sizeof(struct frozen_macro),
	[SECTION_MAPPING_TYPES] = sizeof(guint32),
	[SECTION_FUNCTIONS] = sizeof(struct frozen_function),
	[SECTION_CALLS] = sizeof(guint32),
	[SECTION_TABLES] = sizeof(struct frozen_table),
	[SECTION_PATHS] = sizeof(struct source_path),
	[SECTION_USES] = sizeof(struct frozen_use),
	[SECTION_STARTS] = sizeof(guint),
	[SECTION_STARTS + CACHED_TABLES] = sizeof(guint),
	[SECTION_STARTS + CACHED_REFERENCES] = sizeof(guint),
	[SECTION_STARTS + CACHED_USES] = sizeof(guint),
	[SECTION_ENTRIES] = sizeof(guint64),
	[SECTION_ENTRIES + CACHED_TABLES] = sizeof(guint64),
	[SECTION_ENTRIES + CACHED_REFERENCES] = sizeof(guint64),
	[SECTION_ENTRIES + CACHED_USES] = sizeof(guint64),
};

/* ---- back from bytes ---- */

static bool section_fits(const struct frozen_header *header, enum section section)
{
	const struct frozen_section *s = &header->sections[section];

	return s->offset % 8 == 0 && s->offset >= sizeof(*header) && s->offset <= header->size &&
	       s->count <= (header->size - s->offset) / element_sizes[section];
}

const char *frozen_check(const char *bytes, gsize size)
{
	const struct frozen_header *header = (const struct frozen_header *)bytes;
	const struct frozen_section *sections = header->sections;
	struct text_hash_key key;
	struct text_hash sum;

	if (size < sizeof(*header) || memcmp(header->magic, magic, sizeof(magic)))
		return "it is no file of ours";
	if (header->schema != SCAN_SCHEMA || header->layout != LAYOUT)
		return "";
	if (header->size != size)
		return "it was cut off";
	key = text_hash_key(header->points);
	sum = text_hash(&key, bytes + offsetof(struct frozen_header, points),
			size - offsetof(struct frozen_header, points));
	if (memcmp(&sum, &header->sum, sizeof(sum)))
		return "its content is not what was written";
	/* Whatever has the right sum was written by us: the rest only guards against ourselves. */
	for (guint i = 0; i < SECTIONS; i++)
		if (!section_fits(header, i))
			return "its content is not what was written";
	for (guint i = 0; i < CACHED_INDEXES; i++)
		if (sections[SECTION_STARTS + i].count != FILE_INDEX_BUCKETS + 1)
			return "its content is not what was written";
	if (!sections[SECTION_FILES].count || !sections[SECTION_STRINGS].count ||
	    !sections[SECTION_SLOTS].count)
		return "its content is not what was written";
	return NULL;
}

static const char *any_string(const struct scan_cache *cache, guint32 string)
{
	return string == NO_STRING ? NULL : frozen_string(cache, string);
}

static void thaw_macros(const struct scan_cache *cache, struct gather *gather, guint from, guint to)
{
	const struct frozen_macro *frozen = frozen_section(cache, SECTION_MACROS);

	for (guint i = from; i < to; i++) {
		struct gathered_macro macro = {
			.macro = frozen[i].macro,
			.type = frozen[i].type,
			.use = frozen[i].use,
			.argument = frozen[i].argument,
			.initialised = frozen[i].initialised,
			.piece_count = MIN(frozen[i].piece_count, SOURCE_PIECES),
		};

		for (guint k = 0; k < macro.piece_count; k++) {
			macro.pieces[k].word = any_string(cache, frozen[i].words[k]);
			macro.pieces[k].argument = frozen[i].arguments[k];
		}
		g_array_append_val(gather->macros, macro);
	}
}

static void thaw_strings(const struct scan_cache *cache, enum section section, GPtrArray *array,
			 guint from, guint to)
{
	const guint32 *frozen = frozen_section(cache, section);
	guint length = array->len;

	g_ptr_array_set_size(array, length + to - from);
	for (guint i = from; i < to; i++)
		array->pdata[length++] = (void *)frozen_string(cache, frozen[i]);
}

/* Rows that point to others do it by the distance from the file's first one. */
static void thaw_functions(const struct scan_cache *cache, struct gather *gather, guint calls,
			   guint from, guint to)
{
	const struct frozen_function *frozen = frozen_section(cache, SECTION_FUNCTIONS);

	for (guint i = from; i < to; i++) {
		struct gathered_function function = {
			.name = frozen_string(cache, frozen[i].name),
			.line = frozen[i].line,
			.first_call = calls + frozen[i].first_call,
			.macro = frozen[i].macro,
			.mapping = frozen[i].mapping,
		};

		g_array_append_val(gather->functions, function);
	}
}

static void thaw_tables(const struct scan_cache *cache, struct gather *gather, guint paths,
			guint from, guint to)
{
	const struct frozen_table *frozen = frozen_section(cache, SECTION_TABLES);

	for (guint i = from; i < to; i++) {
		struct gathered_table table = {
			.type = frozen_string(cache, frozen[i].type),
			.name = frozen_string(cache, frozen[i].name),
			.type_hash = frozen[i].type_hash,
			.line = frozen[i].line,
			.first_path = paths + frozen[i].first_path,
			.path_count = frozen[i].path_count,
			.alias = frozen[i].alias,
			.initialised = frozen[i].initialised,
			.nested = frozen[i].nested,
		};

		g_array_append_val(gather->tables, table);
	}
}

static void thaw_uses(const struct scan_cache *cache, struct gather *gather, guint from, guint to)
{
	const struct frozen_use *frozen = frozen_section(cache, SECTION_USES);

	for (guint i = from; i < to; i++) {
		struct gathered_use use = {
			.macro = frozen[i].macro,
			.name = frozen_string(cache, frozen[i].name),
			.line = frozen[i].line,
		};

		for (guint k = 0; k < SOURCE_ARGUMENTS; k++)
			use.arguments[k] = any_string(cache, frozen[i].arguments[k]);
		g_array_append_val(gather->uses, use);
	}
}

static void thaw_file(const struct scan_cache *cache, struct gather *gather, guint number)
{
	const struct frozen_file *frozen = &frozen_files(cache)[number];
	const guint32 *from = frozen[0].rows, *to = frozen[1].rows;
	struct gathered_file file = gather_next_file(gather);

	file.path = frozen_string(cache, frozen->path);
	file.number = number;
	file.mentions = frozen->mentions;
	file.detailed = frozen->flags & FROZEN_DETAILED;
	file.rust = frozen->flags & FROZEN_RUST;
	file.proven = cache->own && frozen->flags & FROZEN_PROVEN;
	file.state = frozen->state;
	file.hash = frozen->hash;
	if (cache->fresh[number]) {
		file.state = cache->states[number];
		file.proven = true;
	}
	g_array_append_val(gather->files, file);
	thaw_macros(cache, gather, from[ROWS_MACROS], to[ROWS_MACROS]);
	thaw_strings(cache, SECTION_MAPPING_TYPES, gather->mapping_types, from[ROWS_MAPPING_TYPES],
		     to[ROWS_MAPPING_TYPES]);
	thaw_functions(cache, gather, file.calls, from[ROWS_FUNCTIONS], to[ROWS_FUNCTIONS]);
	thaw_strings(cache, SECTION_CALLS, gather->calls, from[ROWS_CALLS], to[ROWS_CALLS]);
	thaw_tables(cache, gather, file.paths, from[ROWS_TABLES], to[ROWS_TABLES]);
	if (to[ROWS_PATHS] > from[ROWS_PATHS])
		g_array_append_vals(gather->paths,
				    (const struct source_path *)frozen_section(cache,
									       SECTION_PATHS) +
					    from[ROWS_PATHS],
				    to[ROWS_PATHS] - from[ROWS_PATHS]);
	thaw_uses(cache, gather, from[ROWS_USES], to[ROWS_USES]);
}

struct gather *scan_cache_thaw(struct scan_cache *cache, gint *next_number)
{
	struct gather *gather = gather_new(next_number, NULL, false);
	guint count = scan_cache_count(cache);
	const struct source_relation *relations;

	gather->frozen = true;
	if (!count)
		return gather;
	for (guint i = 0; i < count; i++)
		if (cache->seen[i])
			thaw_file(cache, gather, i);
	relations = frozen_section(cache, SECTION_RELATIONS);
	for (guint64 i = 0; i < cache->header->sections[SECTION_RELATIONS].count; i++)
		if (cache->seen[relations[i].file])
			g_array_append_val(gather->relations, relations[i]);
	return gather;
}

/* ---- to bytes ---- */

struct freezer {
	const struct scan *scan;
	GArray *sections[SECTIONS];
	GHashTable *strings; /* const char *, by address -> offset, plus 1 */
};

static guint32 freeze_string(struct freezer *f, const char *string)
{
	GArray *strings = f->sections[SECTION_STRINGS];
	gpointer known;

	if (!string)
		return NO_STRING;
	known = g_hash_table_lookup(f->strings, string);
	if (!known) {
		known = GUINT_TO_POINTER(strings->len + 1);
		g_hash_table_insert(f->strings, (void *)string, known);
		g_array_append_vals(strings, string, strlen(string) + 1);
	}
	return GPOINTER_TO_UINT(known) - 1;
}

static void freeze_macros(struct freezer *f, const struct gather *gather, guint from, guint to)
{
	for (guint i = from; i < to; i++) {
		const struct gathered_macro *macro =
			&g_array_index(gather->macros, struct gathered_macro, i);
		struct frozen_macro frozen = {
			.macro = macro->macro,
			.type = macro->type,
			.use = macro->use,
			.argument = macro->argument,
			.initialised = macro->initialised,
			.piece_count = macro->piece_count,
		};

		for (guint k = 0; k < macro->piece_count; k++) {
			frozen.words[k] = freeze_string(f, macro->pieces[k].word);
			frozen.arguments[k] = macro->pieces[k].argument;
		}
		g_array_append_val(f->sections[SECTION_MACROS], frozen);
	}
}

static void freeze_strings(struct freezer *f, enum section section, const GPtrArray *strings,
			   guint from, guint to)
{
	for (guint i = from; i < to; i++) {
		guint32 string = freeze_string(f, strings->pdata[i]);

		g_array_append_val(f->sections[section], string);
	}
}

static void freeze_functions(struct freezer *f, const struct gather *gather, guint calls,
			     guint from, guint to)
{
	for (guint i = from; i < to; i++) {
		const struct gathered_function *function =
			&g_array_index(gather->functions, struct gathered_function, i);
		struct frozen_function frozen = {
			.name = freeze_string(f, function->name),
			.line = function->line,
			.first_call = function->first_call - calls,
			.macro = function->macro,
			.mapping = function->mapping,
		};

		g_array_append_val(f->sections[SECTION_FUNCTIONS], frozen);
	}
}

static void freeze_tables(struct freezer *f, const struct gather *gather, guint paths, guint from,
			  guint to)
{
	for (guint i = from; i < to; i++) {
		const struct gathered_table *table =
			&g_array_index(gather->tables, struct gathered_table, i);
		struct frozen_table frozen = {
			.type = freeze_string(f, table->type),
			.name = freeze_string(f, table->name),
			.type_hash = table->type_hash,
			.line = table->line,
			.first_path = table->first_path - paths,
			.path_count = table->path_count,
			.alias = table->alias,
			.initialised = table->initialised,
			.nested = table->nested,
		};

		g_array_append_val(f->sections[SECTION_TABLES], frozen);
	}
}

static void freeze_uses(struct freezer *f, const struct gather *gather, guint from, guint to)
{
	for (guint i = from; i < to; i++) {
		const struct gathered_use *use =
			&g_array_index(gather->uses, struct gathered_use, i);
		struct frozen_use frozen = {
			.macro = use->macro,
			.name = freeze_string(f, use->name),
			.line = use->line,
		};

		for (guint k = 0; k < SOURCE_ARGUMENTS; k++)
			frozen.arguments[k] = freeze_string(f, use->arguments[k]);
		g_array_append_val(f->sections[SECTION_USES], frozen);
	}
}

/* A file without anything but where its rows begin. */
static struct frozen_file file_here(const struct freezer *f)
{
	return (struct frozen_file){
		.rows = {
			[ROWS_MACROS] = f->sections[SECTION_MACROS]->len,
			[ROWS_MAPPING_TYPES] = f->sections[SECTION_MAPPING_TYPES]->len,
			[ROWS_FUNCTIONS] = f->sections[SECTION_FUNCTIONS]->len,
			[ROWS_CALLS] = f->sections[SECTION_CALLS]->len,
			[ROWS_TABLES] = f->sections[SECTION_TABLES]->len,
			[ROWS_PATHS] = f->sections[SECTION_PATHS]->len,
			[ROWS_USES] = f->sections[SECTION_USES]->len,
		},
	};
}

static void freeze_file(struct freezer *f, const struct share *share)
{
	const struct gather *gather = share->gather;
	const struct gathered_file *file = share_file(share);
	struct frozen_file frozen = file_here(f);
	guint paths_end = SHARE_END(share, paths);

	frozen.path = freeze_string(f, file->path);
	frozen.mentions = file->mentions;
	frozen.flags = (file->detailed ? FROZEN_DETAILED : 0) | (file->rust ? FROZEN_RUST : 0) |
		       (file->proven ? FROZEN_PROVEN : 0);
	frozen.state = file->state;
	frozen.hash = file->hash;
	g_array_append_val(f->sections[SECTION_FILES], frozen);
	freeze_macros(f, gather, file->macros, SHARE_END(share, macros));
	freeze_strings(f, SECTION_MAPPING_TYPES, gather->mapping_types, file->mapping_types,
		       SHARE_END(share, mapping_types));
	freeze_functions(f, gather, file->calls, file->functions, SHARE_END(share, functions));
	freeze_strings(f, SECTION_CALLS, gather->calls, file->calls, SHARE_END(share, calls));
	freeze_tables(f, gather, file->paths, file->tables, SHARE_END(share, tables));
	if (paths_end > file->paths)
		g_array_append_vals(f->sections[SECTION_PATHS],
				    &g_array_index(gather->paths, struct source_path, file->paths),
				    paths_end - file->paths);
	freeze_uses(f, gather, file->uses, SHARE_END(share, uses));
}

static void freeze_relations(struct freezer *f)
{
	const struct scan *scan = f->scan;

	for (guint i = 0; i < scan->relations->len; i++) {
		struct source_relation relation =
			g_array_index(scan->relations, struct source_relation, i);

		relation.file = scan->numbers[relation.file];
		g_array_append_val(f->sections[SECTION_RELATIONS], relation);
	}
}

static void freeze_slots(struct freezer *f, const GArray *shares)
{
	GArray *slots = f->sections[SECTION_SLOTS];
	const guint32 none = G_MAXUINT32;
	guint count = 1;

	while (count < 2 * shares->len + 1)
		count *= 2;
	for (guint i = 0; i < count; i++)
		g_array_append_val(slots, none);
	for (guint32 i = 0; i < shares->len; i++) {
		const char *path = share_file(&g_array_index(shares, struct share, i))->path;
		guint at = frozen_slot(path, count);

		while (g_array_index(slots, guint32, at) != none)
			at = (at + 1) % count;
		g_array_index(slots, guint32, at) = i;
	}
}

static GByteArray *join_sections(struct freezer *f, struct frozen_header *header,
				 const struct text_hash_key *key)
{
	static const guint8 padding[8] = { 0 };
	GByteArray *bytes = g_byte_array_new();

	g_byte_array_append(bytes, (const guint8 *)header, sizeof(*header));
	for (guint i = 0; i < SECTIONS; i++) {
		const GArray *section = f->sections[i];

		g_byte_array_append(bytes, padding, (8 - bytes->len % 8) % 8);
		header->sections[i] = (struct frozen_section){ bytes->len, section->len };
		g_byte_array_append(bytes, (const guint8 *)section->data,
				    (guint)(section->len * element_sizes[i]));
	}
	header->size = bytes->len;
	memcpy(bytes->data, header, sizeof(*header));
	header->sum = text_hash(key, bytes->data + offsetof(struct frozen_header, points),
				bytes->len - offsetof(struct frozen_header, points));
	memcpy(bytes->data, header, sizeof(*header));
	return bytes;
}

GByteArray *scan_freeze(const struct scan_cache *cache, const struct scan *scan,
			const GArray *shares)
{
	const struct file_index *const indexes[CACHED_INDEXES] = {
		[CACHED_FUNCTIONS] = scan->function_files,
		[CACHED_TABLES] = scan->table_files,
		[CACHED_REFERENCES] = scan->reference_files,
		[CACHED_USES] = scan->use_files,
	};
	struct frozen_header header = {
		.schema = SCAN_SCHEMA,
		.layout = LAYOUT,
		.points = { cache->points[0], cache->points[1] },
	};
	struct freezer f = { .scan = scan };
	struct frozen_file end;
	GByteArray *bytes;

	memcpy(header.magic, magic, sizeof(magic));
	f.strings = g_hash_table_new(NULL, NULL);
	for (guint i = 0; i < SECTIONS; i++)
		f.sections[i] = g_array_new(FALSE, FALSE, (guint)element_sizes[i]);
	header.root = freeze_string(&f, cache->root);
	for (guint i = 0; i < shares->len; i++)
		freeze_file(&f, &g_array_index(shares, struct share, i));
	end = file_here(&f);
	g_array_append_val(f.sections[SECTION_FILES], end);
	freeze_slots(&f, shares);
	freeze_relations(&f);
	for (guint i = 0; i < CACHED_INDEXES; i++)
		file_index_freeze(indexes[i], f.sections[SECTION_STARTS + i],
				  f.sections[SECTION_ENTRIES + i]);
	bytes = join_sections(&f, &header, &cache->key);
	for (guint i = 0; i < SECTIONS; i++)
		g_array_unref(f.sections[i]);
	g_hash_table_unref(f.strings);
	return bytes;
}
