// SPDX-License-Identifier: GPL-2.0-only
/*
 * suppress: finds for each finding the comment or the entry that allows it.
 */
#include "suppress.h"

#include <string.h>
#include <sys/stat.h>

#include "sorted.h"
#include "suppress_private.h"

#define FILE_MAX (16 << 20) /* larger files are not looked at for comments */
#define NOTES_MAX 50	    /* notes about comments; the rest is counted */

/* A comment and the file that it stands in. */
struct placed {
	const char *file;
	const struct suppress_comment *comment;
	bool used;
};

struct applying {
	struct suppress *suppress; /* or NULL */
	struct audit *audit;
	enum suppress_comment_use use;
	guint today;
	GPtrArray *texts;   /* GPtrArray * of struct suppress_comment, each of one file */
	GPtrArray *placed;  /* struct placed, by file and line */
	GHashTable *places; /* "rule line file" -> struct placed */
	guint notes;	    /* about comments */
};

static void G_GNUC_PRINTF(2, 3) add_note(struct applying *a, const char *format, ...)
{
	g_autofree char *note = NULL;
	va_list args;

	va_start(args, format);
	note = g_strdup_vprintf(format, args);
	va_end(args);
	g_ptr_array_add(a->audit->coverage.notes, (void *)audit_string(a->audit, note));
}

/* SOURCE_DATE_EPOCH stands in for the clock, for those who want the same bytes again. */
static guint find_today(void)
{
	const char *epoch = g_getenv("SOURCE_DATE_EPOCH");
	g_autoptr(GDateTime) now = NULL;
	gint64 seconds;

	if (epoch && g_ascii_string_to_signed(epoch, 10, 0, G_MAXINT32, &seconds, NULL))
		now = g_date_time_new_from_unix_utc(seconds);
	else
		now = g_date_time_new_now_utc();
	return (guint)(g_date_time_get_year(now) * 10000 + g_date_time_get_month(now) * 100 +
		       g_date_time_get_day_of_month(now));
}

/* ---- comments ---- */

static char *place_key(const char *rule, guint line, const char *file)
{
	return g_strdup_printf("%s %u %s", rule, line, file);
}

static void read_file(struct applying *a, const char *root, const char *file)
{
	g_autofree char *path = g_build_filename(root, file, NULL);
	g_autofree char *content = NULL;
	GPtrArray *comments;
	struct stat st;
	gsize length;

	if (stat(path, &st) || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX ||
	    !g_file_get_contents(path, &content, &length, NULL))
		return;
	comments = suppress_comments(content, length);
	g_ptr_array_add(a->texts, comments);
	for (guint i = 0; i < comments->len; i++) {
		const struct suppress_comment *comment = comments->pdata[i];
		struct placed *placed = g_new0(struct placed, 1);
		char *key;

		placed->file = audit_string(a->audit, file);
		placed->comment = comment;
		g_ptr_array_add(a->placed, placed);
		if (comment->fault)
			continue;
		key = place_key(comment->rule, comment->about, file);
		if (g_hash_table_contains(a->places, key))
			g_free(key);
		else
			g_hash_table_insert(a->places, key, placed);
	}
}

static void add_file(GHashTable *set, const struct place *at)
{
	if (at->file && !g_path_is_absolute(at->file))
		g_hash_table_add(set, (void *)at->file);
}

static void read_comments(struct applying *a, const char *root, const GPtrArray *files)
{
	g_autoptr(GHashTable) set = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GHashTableIter iter;
	void *name;

	for (guint i = 0; files && i < files->len; i++)
		g_hash_table_add(set, files->pdata[i]);
	for (guint i = 0; i < a->audit->routes->len; i++) {
		const struct audit_route *route = a->audit->routes->pdata[i];

		add_file(set, &route->ops.at);
		for (guint k = 0; k < route->tables->len; k++)
			add_file(set, &((const struct audit_object *)route->tables->pdata[k])->at);
		for (guint k = 0; k < route->findings->len; k++)
			add_file(set,
				 &((const struct audit_finding *)route->findings->pdata[k])->at);
	}
	for (guint i = 0; i < a->audit->left_out->len; i++)
		add_file(set, &((const struct audit_finding *)a->audit->left_out->pdata[i])->at);
	g_hash_table_iter_init(&iter, set);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		g_ptr_array_add(names, name);
	sort_strings(names);
	for (guint i = 0; i < names->len; i++)
		read_file(a, root, names->pdata[i]);
}

/* ---- what allows something ---- */

/* Who allows something; reason is NULL if nobody does. */
struct permission {
	const char *reason;
	const char *by;
	bool by_comment;
};

static void permit(struct permission *p, const char *reason, const char *by, bool by_comment)
{
	if (!p->reason)
		*p = (struct permission){ reason, by, by_comment };
}

static void ask_comment(struct applying *a, const char *rule, const struct place *at,
			struct permission *p)
{
	g_autofree char *key = NULL;
	struct placed *placed;
	g_autofree char *by = NULL;

	if (!at->file || !at->line)
		return;
	key = place_key(rule, at->line, at->file);
	placed = g_hash_table_lookup(a->places, key);
	if (!placed)
		return;
	placed->used = true;
	if (a->use != COMMENTS_HONOURED)
		return;
	by = g_strdup_printf("%s:%u", placed->file, placed->comment->line);
	permit(p, audit_string(a->audit, placed->comment->reason), audit_string(a->audit, by),
	       true);
}

/* file: that the finding is in; route: NULL for what is on none. */
static void ask_entries(struct applying *a, const char *rule, const char *file,
			const struct audit_route *route, struct permission *p)
{
	for (guint i = 0; a->suppress && i < a->suppress->entries->len; i++) {
		struct suppress_entry *entry = a->suppress->entries->pdata[i];
		bool any = !*entry->query.exporter && !entry->query.tables[0];
		g_autofree char *by = NULL;
		g_autofree char *reason = NULL;

		if (strcmp(entry->rule, rule) || (entry->file && g_strcmp0(entry->file, file)) ||
		    !(route ? explain_wants(&entry->query, route) : any))
			continue;
		entry->used = true;
		if (entry->until && entry->until < a->today)
			continue;
		by = g_strdup_printf("%s:%u", a->suppress->file, entry->line);
		reason = entry->who ? g_strdup_printf("%s (%s)", entry->reason, entry->who) :
				      g_strdup(entry->reason);
		permit(p, audit_string(a->audit, reason), audit_string(a->audit, by), false);
	}
}

/* Everyone is asked, so that nobody who allows it is said to allow nothing. */
static struct permission ask(struct applying *a, const char *rule, const struct place *at,
			     const struct audit_route *route)
{
	struct permission p = { 0 };

	ask_comment(a, rule, at, &p);
	if (route) {
		if (place_compare(at, &route->ops.at))
			ask_comment(a, rule, &route->ops.at, &p);
		for (guint i = 0; i < route->tables->len; i++) {
			const struct audit_object *table = route->tables->pdata[i];

			if (place_compare(at, &table->at))
				ask_comment(a, rule, &table->at, &p);
		}
	}
	ask_entries(a, rule, at->file, route, &p);
	return p;
}

static void mark_finding(struct applying *a, struct audit_finding *finding,
			 const struct audit_route *route)
{
	struct permission p = ask(a, finding->rule, &finding->at, route);

	finding->suppressed = p.reason;
	finding->suppressor = p.by;
	finding->by_comment = p.by_comment;
}

/* A verdict is bad by its findings; one that is unknown is asked for by itself. */
static void mark_route(struct applying *a, struct audit_route *route)
{
	struct permission p = { 0 };
	bool all = true;

	for (guint i = 0; i < route->findings->len; i++) {
		struct audit_finding *finding = route->findings->pdata[i];

		mark_finding(a, finding, route);
		if (!rule_breaks(finding->rule))
			continue;
		if (finding->suppressed)
			permit(&p, finding->suppressed, finding->suppressor, finding->by_comment);
		else
			all = false;
	}
	if (route->verdict == VERDICT_UNKNOWN)
		p = ask(a, RULE_UNKNOWN, &route->ops.at, route);
	else if (!all)
		p = (struct permission){ 0 };
	route->suppressed = p.reason;
	route->suppressor = p.by;
	route->by_comment = p.by_comment;
}

/* ---- what allowed nothing ---- */

static void note_comments(struct applying *a)
{
	for (guint i = 0; i < a->placed->len; i++) {
		const struct placed *placed = a->placed->pdata[i];
		const struct suppress_comment *comment = placed->comment;
		g_autofree char *note = NULL;

		if (a->use == COMMENTS_NAMED && placed->used)
			note = g_strdup_printf(
				"a comment would allow %s, but there is no --allow-comments: %s",
				comment->rule, comment->reason);
		else if (a->use == COMMENTS_HONOURED && comment->fault)
			note = g_strdup_printf("a comment allows nothing: %s", comment->fault);
		else if (a->use == COMMENTS_HONOURED && !placed->used && !a->audit->stopped)
			note = g_strdup_printf(
				"a comment allows %s, but there is no such finding here",
				comment->rule);
		if (note && a->notes++ < NOTES_MAX)
			add_note(a, "%s:%u: %s", placed->file, comment->line, note);
	}
	if (a->notes > NOTES_MAX)
		add_note(a, "%u more notes about comments are left out", a->notes - NOTES_MAX);
}

static void note_entries(struct applying *a)
{
	for (guint i = 0; a->suppress && i < a->suppress->entries->len; i++) {
		const struct suppress_entry *entry = a->suppress->entries->pdata[i];

		if (entry->until && entry->until < a->today)
			add_note(a, "%s:%u: this entry expired on %04u-%02u-%02u%s",
				 a->suppress->file, entry->line, entry->until / 10000,
				 entry->until / 100 % 100, entry->until % 100,
				 entry->used ? "; what it allowed counts again" :
					       "; nothing that it allowed is found");
		else if (!entry->used && !a->audit->stopped)
			add_note(a, "%s:%u: this entry allows %s, but there is no such finding",
				 a->suppress->file, entry->line, entry->rule);
	}
}

void suppress_apply(struct suppress *suppress, struct audit *audit, enum suppress_comment_use use,
		    const char *root, const GPtrArray *files)
{
	struct applying a = {
		.suppress = suppress,
		.audit = audit,
		.use = use,
		.today = find_today(),
		.texts = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref),
		.placed = g_ptr_array_new_with_free_func(g_free),
		.places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};

	for (guint i = 0; suppress && i < suppress->entries->len; i++)
		((struct suppress_entry *)suppress->entries->pdata[i])->used = false;
	if (use != COMMENTS_IGNORED)
		read_comments(&a, root, files);
	for (guint i = 0; i < audit->routes->len; i++)
		mark_route(&a, audit->routes->pdata[i]);
	for (guint i = 0; i < audit->left_out->len; i++)
		mark_finding(&a, audit->left_out->pdata[i], NULL);
	note_comments(&a);
	note_entries(&a);
	g_hash_table_unref(a.places);
	g_ptr_array_unref(a.placed);
	g_ptr_array_unref(a.texts);
}
