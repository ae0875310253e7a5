// SPDX-License-Identifier: GPL-2.0-only
/*
 * replay: the facts of all files, by the hashes of their texts, make the question; its
 * answer is kept as lines.
 */
#include "replay.h"

#include <string.h>
#include <sys/stat.h>

#include "file_state.h"
#include "sorted.h"
#include "text_hash.h"

struct replay {
	const struct scan *scan;
	struct store *store;
	char *base;	   /* what the question is besides the facts; NULL: nothing is kept */
	GHashTable *facts; /* path -> char *, what of its facts is in the question */
	char *question;	   /* of the last replay_get(), */
	char *answer;	   /* and its answer; NULL: there was none */
};

/* Which program this is: a changed one may ask for something else. */
static bool own_state(struct file_state *state)
{
	struct stat st;

	if (stat("/proc/self/exe", &st))
		return false;
	*state = file_state_of(&st);
	return true;
}

struct replay *replay_new(const struct scan *scan, struct store *store, bool no_kbuild)
{
	struct replay *replay = g_new0(struct replay, 1);
	const char *digest = scan_digest(scan);
	struct file_state self;

	replay->scan = scan;
	replay->store = store;
	replay->facts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (digest && own_state(&self))
		replay->base = g_strdup_printf("asked %s %d %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
					       " %" G_GINT64_FORMAT "\n",
					       digest, no_kbuild, self.size, self.mtime,
					       self.inode);
	return replay;
}

void replay_free(struct replay *replay)
{
	if (!replay)
		return;
	g_hash_table_unref(replay->facts);
	g_free(replay->base);
	g_free(replay->question);
	g_free(replay->answer);
	g_free(replay);
}

static char *hash_text(const struct replay *replay, const void *text, gsize size)
{
	struct text_hash hash = scan_text_hash(replay->scan, text, size);

	return g_strdup_printf("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x",
			       hash.halves[0], hash.halves[1]);
}

void replay_add_values(struct replay *replay, const struct vm_values *values)
{
	if (replay->base)
		g_hash_table_insert(replay->facts, g_strdup(""),
				    hash_text(replay, values, sizeof(*values)));
}

void replay_add_facts(struct replay *replay, const struct facts *facts, const char *text,
		      gsize size)
{
	g_autofree char *hash = NULL;

	if (!replay->base)
		return;
	hash = hash_text(replay, text, size);
	g_hash_table_insert(replay->facts, g_strdup(facts->file),
			    g_strdup_printf("%s %d %s", hash, facts->built,
					    facts->module ? facts->module : ""));
}

static char *make_question(const struct replay *replay, GHashTable *incomplete)
{
	g_autoptr(GPtrArray) files = sorted_keys(replay->facts);
	g_autoptr(GPtrArray) records = sorted_keys(incomplete);
	GString *question = g_string_new(replay->base);

	for (guint i = 0; i < files->len; i++)
		g_string_append_printf(question, "%s %s\n", (char *)files->pdata[i],
				       (char *)g_hash_table_lookup(replay->facts, files->pdata[i]));
	for (guint i = 0; i < records->len; i++)
		g_string_append_printf(question, "%s\n", (char *)records->pdata[i]);
	return g_string_free(question, FALSE);
}

char **replay_get(struct replay *replay, GHashTable *incomplete)
{
	gsize size;

	if (!replay->base)
		return NULL;
	g_free(replay->question);
	replay->question = make_question(replay, incomplete);
	g_free(replay->answer);
	replay->answer = store_recall(replay->store, replay->question, &size);
	if (replay->answer && strlen(replay->answer) != size)
		g_clear_pointer(&replay->answer, g_free);
	return replay->answer ? g_strsplit(replay->answer, "\n", -1) : NULL;
}

void replay_put(struct replay *replay, const GPtrArray *files, GHashTable *incomplete)
{
	g_autoptr(GPtrArray) records = sorted_keys(incomplete);
	g_autoptr(GString) text = g_string_new(NULL);

	if (!replay->question)
		return;
	for (guint i = 0; i < files->len; i++) {
		/* A line could not hold it. */
		if (strchr(files->pdata[i], '\n'))
			return;
		g_string_append_printf(text, "%s\n", (char *)files->pdata[i]);
	}
	for (guint i = 0; i < records->len; i++)
		g_string_append_printf(text, "\n%s", (char *)records->pdata[i]);
	if (g_strcmp0(text->str, replay->answer))
		store_remember(replay->store, replay->question, text->str, text->len);
}
