// SPDX-License-Identifier: GPL-2.0-only
/*
 * coccinelle, the files: which of them have an object that is exported, or make one,
 * and in which of these a semantic patch can match, by the words in them.
 */
#include <string.h>

#include "coccinelle_private.h"
#include "sorted.h"
#include "vocabulary.h"
#include "walk.h"

/* What the text of a file has, as far as the semantic patches ask for it. */
enum {
	HAS_OBJECT = 1 << 0,
	HAS_PAGES = 1 << 1, /* a helper that inserts them */
	HAS_PFNS = 1 << 2,  /* likewise */
	HAS_FAULT = 1 << 3,
	HAS_PAGE_MEMBER = 1 << 4,
	HAS_MIXEDMAP = 1 << 5,
	HAS_PFNMAP = 1 << 6,
};

const struct script_row script_rows[] = {
	{ COCCINELLE_LIST, { HAS_OBJECT, HAS_OBJECT } },
	{ "cleared-pfnmap", { HAS_OBJECT | HAS_PFNMAP, HAS_OBJECT | HAS_PFNMAP } },
	{ "cow-pfnmap", { HAS_OBJECT | HAS_PFNS, HAS_OBJECT | HAS_PFNS } },
	{ "missing-pfnmap", { HAS_OBJECT | HAS_PFNS, HAS_OBJECT | HAS_PFNS } },
	{ "mixedmap", { HAS_OBJECT | HAS_MIXEDMAP, HAS_OBJECT | HAS_MIXEDMAP } },
	{ "page-insert", { HAS_OBJECT | HAS_PAGES, HAS_OBJECT | HAS_FAULT | HAS_PAGE_MEMBER } },
	{ NULL, { 0, 0 } },
};

/* Identifiers; helpers are in the vocabulary. */
static const struct {
	const char *name;
	unsigned int has;
} marks[] = {
	{ "VM_MIXEDMAP", HAS_MIXEDMAP }, { "VM_PFNMAP", HAS_PFNMAP },
	{ "dma_buf_ops", HAS_OBJECT },	 { "drm_gem_object_funcs", HAS_OBJECT },
	{ "map_dma_buf", HAS_OBJECT },	 { "vm_fault", HAS_FAULT },
};

static unsigned int has_word(const char *text, gsize length, bool member)
{
	g_autofree char *name = g_strndup(text, length);
	const struct word *word = word_find(name);

	if (member && !strcmp(name, "page"))
		return HAS_PAGE_MEMBER;
	for (guint i = 0; i < G_N_ELEMENTS(marks); i++)
		if (!strcmp(name, marks[i].name))
			return marks[i].has;
	if (word && word->class == WORD_PAGE)
		return HAS_PAGES;
	return word && word->class == WORD_PFN ? HAS_PFNS : 0;
}

/* Every word counts, be it in a comment or in a macro. */
static void look_at_words(void *data, const char *path, char *text, gsize length,
			  const struct file_state *state)
{
	GHashTable *has = data;
	unsigned int found = 0;
	bool member = false;

	(void)state;
	for (gsize i = 0; i < length;) {
		gsize begin = i;

		while (i < length && (g_ascii_isalnum(text[i]) || text[i] == '_'))
			i++;
		if (i > begin) {
			/* No shorter one is of interest. */
			if (i - begin >= strlen("page"))
				found |= has_word(text + begin, i - begin, member);
			member = false;
			continue;
		}
		if (!g_ascii_isspace(text[i]))
			member = text[i] == '.' || text[i] == '>';
		i++;
	}
	g_hash_table_insert(has, g_strdup(path), GUINT_TO_POINTER(found));
}

void coccinelle_ignore_failure(void *data, const char *path, const char *reason)
{
	(void)data;
	(void)path;
	(void)reason;
}

static void add_all(GPtrArray *to, const GPtrArray *files)
{
	for (guint i = 0; files && i < files->len; i++)
		g_ptr_array_add(to, files->pdata[i]);
}

/* The files that define one of the objects, or make one at run time. */
static void find_files(struct coccinelle *c, const struct scan *scan)
{
	const GPtrArray *objects = scan_objects(scan);

	for (guint i = 0; i < objects->len; i++)
		g_ptr_array_add(c->files,
				(void *)((const struct scan_object *)objects->pdata[i])->file);
	add_all(c->files, scan_exporters(scan));
	for (const struct export_hook *hook = export_hooks; hook->record; hook++)
		add_all(c->files, scan_table_files(scan, hook->record));
	sort_unique_strings(c->files);
}

static bool can_match(const struct script_row *row, unsigned int has)
{
	return !(row->needs[0] & ~has) || !(row->needs[1] & ~has);
}

/* Each semantic patch with each file that it can match in. */
static void add_tasks(struct coccinelle *c)
{
	const struct walk_options walk = { .root = c->options.root,
					   .read = look_at_words,
					   .fail = coccinelle_ignore_failure };
	g_autoptr(GHashTable) has = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	walk_files(&walk, c->files, has, NULL);
	for (guint i = 0; i < c->scripts->len; i++) {
		const struct script *script = c->scripts->pdata[i];

		for (guint k = 0; k < c->files->len; k++) {
			const char *file = c->files->pdata[k];
			struct task *task;

			if (!can_match(script->row,
				       GPOINTER_TO_UINT(g_hash_table_lookup(has, file))))
				continue;
			task = g_new0(struct task, 1);
			task->script = script;
			task->file = file;
			task->number = k;
			g_ptr_array_add(c->tasks, task);
		}
	}
}

void coccinelle_choose(struct coccinelle *c, const struct scan *scan)
{
	find_files(c, scan);
	add_tasks(c);
}
