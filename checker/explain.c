// SPDX-License-Identifier: GPL-2.0-only
/*
 * explain: see explain.h.  A part of a query with a slash is a file's name, since
 * no identifier has one.
 */
#include "explain.h"

#include <string.h>

#include "options.h"

#define NEAR_MAX 4	    /* names that are suggested */
#define NAME_MAX_LENGTH 256 /* longer names are near no other */

bool explain_query_parse(struct explain_query *query, const char *text, GError **error)
{
	g_auto(GStrv) words = g_strsplit(text, ":", -1);
	guint first = words[0] && strchr(words[0], '/') ? 1 : 0;
	bool any = false;

	for (guint i = first; words[0] && words[i]; i++) {
		any |= *words[i] != '\0';
		if (strchr(words[i], '/') || (i > first && !*words[i])) {
			any = false;
			break;
		}
	}
	if (!any) {
		g_set_error(error, OPTIONS_ERROR, OPTIONS_ERROR_USAGE,
			    "explain takes [FILE:]EXPORTER[:TABLE], such as "
			    "drivers/foo/foo.c:foo_dmabuf_ops:foo_gem_funcs, not '%s'",
			    text);
		return false;
	}
	query->file = first ? g_strdup(words[0]) : NULL;
	query->exporter = g_strdup(words[first]);
	query->tables = g_strdupv(words + first + 1);
	return true;
}

void explain_query_clear(struct explain_query *query)
{
	g_free(query->file);
	g_free(query->exporter);
	g_strfreev(query->tables);
	memset(query, 0, sizeof(*query));
}

bool explain_wants_ops(const struct explain_query *query, const char *file, const char *name)
{
	return (!*query->exporter || strcmp(query->exporter, name) == 0) &&
	       (!query->file || strcmp(query->file, file) == 0);
}

static bool has_table(const GPtrArray *tables, const char *name)
{
	for (guint i = 0; i < tables->len; i++)
		if (strcmp(((const struct audit_object *)tables->pdata[i])->name, name) == 0)
			return true;
	return false;
}

bool explain_wants(const struct explain_query *query, const struct audit_route *route)
{
	if (!explain_wants_ops(query, route->ops.at.file, route->ops.name))
		return false;
	for (guint i = 0; query->tables[i]; i++) {
		if (!has_table(route->tables, query->tables[i]) &&
		    !has_table(route->alike, query->tables[i]))
			return false;
	}
	return true;
}

char *explain_argument(const struct audit *audit, const struct audit_route *route)
{
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < audit->routes->len && !s->len; i++) {
		const struct audit_route *other = audit->routes->pdata[i];

		if (strcmp(other->ops.name, route->ops.name) == 0 &&
		    strcmp(other->ops.at.file, route->ops.at.file) != 0)
			g_string_printf(s, "%s:", route->ops.at.file);
	}
	g_string_append(s, route->ops.name);
	for (guint i = 0; i < route->tables->len; i++)
		g_string_append_printf(
			s, ":%s", ((const struct audit_object *)route->tables->pdata[i])->name);
	return g_string_free(s, FALSE);
}

/* ---- near names ---- */

/* How many characters have to be put in, left out or changed to make b of a. */
static guint distance(const char *a, const char *b)
{
	guint row[NAME_MAX_LENGTH + 1];
	gsize n = strlen(b);

	if (n > NAME_MAX_LENGTH || strlen(a) > NAME_MAX_LENGTH)
		return G_MAXUINT;
	for (gsize k = 0; k <= n; k++)
		row[k] = k;
	for (gsize i = 0; a[i]; i++) {
		guint diagonal = row[0];

		row[0] = i + 1;
		for (gsize k = 0; k < n; k++) {
			guint changed = diagonal + (a[i] != b[k]);

			diagonal = row[k + 1];
			row[k + 1] = MIN(changed, MIN(row[k], diagonal) + 1);
		}
	}
	return row[n];
}

struct near_name {
	const char *name;
	guint distance;
};

static gint compare_near(gconstpointer first, gconstpointer second)
{
	const struct near_name *a = first, *b = second;

	if (a->distance != b->distance)
		return a->distance < b->distance ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* "a, b or c": the names that are nearest to one, or all if all is set; NULL if none is near. */
static char *near_names(const char *name, const GPtrArray *names, bool all)
{
	g_autoptr(GArray) near = g_array_new(FALSE, FALSE, sizeof(struct near_name));
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	GString *out;
	guint count;

	for (guint i = 0; i < names->len; i++) {
		struct near_name n = { names->pdata[i], distance(name, names->pdata[i]) };

		/* Part of a name is as good as a letter that is wrong. */
		if (*name && (strstr(n.name, name) || strstr(name, n.name)))
			n.distance = MIN(n.distance, 1);
		if ((all || n.distance <= MAX(2, strlen(name) / 3)) &&
		    g_hash_table_add(seen, (void *)n.name))
			g_array_append_val(near, n);
	}
	if (!near->len)
		return NULL;
	g_array_sort(near, compare_near);
	count = all ? near->len : MIN(near->len, NEAR_MAX);
	out = g_string_new(NULL);
	for (guint i = 0; i < count; i++)
		g_string_append_printf(out, "%s%s",
				       !i	      ? "" :
				       i + 1 == count ? " or " :
							", ",
				       g_array_index(near, struct near_name, i).name);
	return g_string_free(out, FALSE);
}

/* Tables of the routes that the query's exporter has. */
static GPtrArray *tables_of(const struct explain_query *query, const struct audit *audit)
{
	GPtrArray *names = g_ptr_array_new();

	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_route *route = audit->routes->pdata[i];

		if (!explain_wants_ops(query, route->ops.at.file, route->ops.name))
			continue;
		for (guint k = 0; k < route->tables->len; k++)
			g_ptr_array_add(
				names,
				(void *)((const struct audit_object *)route->tables->pdata[k])
					->name);
	}
	return names;
}

char *explain_nothing(const struct explain_query *query, const struct audit *audit)
{
	g_autoptr(GPtrArray) tables = tables_of(query, audit);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autoptr(GPtrArray) files = g_ptr_array_new();
	g_autofree char *near = NULL;
	const char *of = *query->exporter ? query->exporter : "any exporter";
	bool found = false;

	for (guint i = 0; i < audit->routes->len; i++) {
		const struct audit_object *object =
			&((const struct audit_route *)audit->routes->pdata[i])->ops;

		found |= explain_wants_ops(query, object->at.file, object->name);
		g_ptr_array_add(names, (void *)object->name);
		if (*query->exporter && strcmp(object->name, query->exporter) == 0)
			g_ptr_array_add(files, (void *)object->at.file);
	}
	if (found) {
		const char *wrong = query->tables[0];

		for (guint i = 0; query->tables[i]; i++)
			if (!g_ptr_array_find_with_equal_func(tables, query->tables[i], g_str_equal,
							      NULL)) {
				wrong = query->tables[i];
				break;
			}
		near = near_names(wrong, tables, tables->len <= NEAR_MAX);
		if (!tables->len)
			return g_strdup_printf("no table is bound on the routes of %s: leave out "
					       "'%s'",
					       of, wrong);
		return g_strdup_printf("no route of %s has '%s'%s: %s%s%s", of, wrong,
				       query->tables[1] ? " and the rest" : "",
				       near ? "did you mean " : "leave it out to see all routes",
				       near ? near : "", near ? "?" : "");
	}
	if (files->len) {
		near = near_names("", files, true);
		return g_strdup_printf("%s is not in %s, but in %s", query->exporter, query->file,
				       near);
	}
	near = near_names(query->exporter, names, false);
	if (near)
		return g_strdup_printf("there is no dma_buf_ops object '%s': did you mean %s?",
				       query->exporter, near);
	return g_strdup_printf("there is no dma_buf_ops object '%s': 'pfncheck audit' lists them, "
			       "'pfncheck explain :TABLE' finds the routes of a table",
			       query->exporter);
}
