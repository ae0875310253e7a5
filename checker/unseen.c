// SPDX-License-Identifier: GPL-2.0-only
/*
 * unseen: see unseen.h.  An object that one configuration leaves out and another
 * one has is not missing.
 */
#include <string.h>

#include "judge.h"
#include "unseen.h"

static const char left_out[] = "this configuration leaves the object out: it is in the text only";

/* What is known of one object of the scan. */
struct look {
	bool seen;	    /* by one configuration at least */
	const char *reason; /* why those that lack it do, the audit's; NULL: none lacks it */
	GArray *configs;    /* guint: those that lack it */
};

struct unseen {
	const struct scan *scan;
	struct look *looks; /* by object of the scan */
};

struct unseen *unseen_new(const struct scan *scan)
{
	struct unseen *unseen = g_new0(struct unseen, 1);

	unseen->scan = scan;
	unseen->looks = g_new0(struct look, scan_objects(scan)->len + 1);
	for (guint i = 0; i < scan_objects(scan)->len; i++)
		unseen->looks[i].configs = g_array_new(FALSE, FALSE, sizeof(guint));
	return unseen;
}

void unseen_free(struct unseen *unseen)
{
	if (!unseen)
		return;
	for (guint i = 0; i < scan_objects(unseen->scan)->len; i++)
		g_array_unref(unseen->looks[i].configs);
	g_free(unseen->looks);
	g_free(unseen);
}

static bool is_traced(const struct program *program, const struct scan_object *object)
{
	gsize n = strlen(object->name);

	for (unsigned int i = 0; i < program->exporters->len; i++) {
		const struct exporter *e = program->exporters->pdata[i];

		if (!strcmp(e->file, object->file) && !strncmp(e->name, object->name, n) &&
		    (!e->name[n] || e->name[n] == '.' || e->name[n] == '['))
			return true;
		/* An object made at run time is named after the field that holds it. */
		if (!strcmp(e->file, object->file) && e->field &&
		    !strcmp(strstr(e->field, "::") + 2, object->name))
			return true;
	}
	return false;
}

static const struct facts *facts_of(const struct program *program, const char *file)
{
	for (unsigned int i = 0; i < program->facts->len; i++) {
		const struct facts *facts = program->facts->pdata[i];

		if (!strcmp(facts->file, file))
			return facts;
	}
	return NULL;
}

/* An error of the compiler without FILE:LINE:, since reasons hold no line numbers. */
static const char *error_text(const char *error)
{
	const char *colon = strchr(error, ':');
	gsize digits = colon ? strspn(colon + 1, "0123456789") : 0;

	return digits && g_str_has_prefix(colon + 1 + digits, ": ") ? colon + digits + 3 : error;
}

/* Why the facts lack an object that the text has. */
static const char *why_unseen(struct audit *audit, const struct program *program, const char *file,
			      bool stopped)
{
	const struct facts *facts = facts_of(program, file);

	for (unsigned int i = 0; i < audit->coverage.files_failed->len; i++) {
		const struct audit_failure *f = audit->coverage.files_failed->pdata[i];

		if (!strcmp(f->file, file))
			return error_text(f->reason);
	}
	if (!facts && stopped)
		return "the run was stopped before";
	if (facts && facts->errors->len) {
		g_autofree char *why = g_strdup_printf("the file does not compile: %s",
						       error_text(facts->errors->pdata[0]));

		return audit_string(audit, why);
	}
	return left_out;
}

void unseen_look(struct unseen *unseen, struct audit *audit, const struct tree *tree, guint config,
		 const struct program *program, bool stopped)
{
	const GPtrArray *objects = scan_objects(unseen->scan);

	for (unsigned int i = 0; i < objects->len; i++) {
		const struct scan_object *object = objects->pdata[i];
		const struct tree_file *file = tree_file(tree, config, object->file);
		struct look *look = &unseen->looks[i];
		const char *why;

		if (is_traced(program, object)) {
			look->seen = true;
			continue;
		}
		why = why_unseen(audit, program, object->file, stopped);
		if (why != left_out && file && file->built) {
			g_autoptr(GArray) configs = g_array_new(FALSE, FALSE, sizeof(guint));

			g_array_append_val(configs, config);
			judge_unseen(audit, object->file, object->line, object->name, why, false,
				     configs);
			continue;
		}
		if (!look->reason || look->reason == left_out)
			look->reason = why;
		g_array_append_val(look->configs, config);
	}
}

void unseen_judge(struct unseen *unseen, struct audit *audit)
{
	const GPtrArray *objects = scan_objects(unseen->scan);
	const GPtrArray *rust = scan_rust_files(unseen->scan);
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(guint));

	for (unsigned int i = 0; i < objects->len; i++) {
		const struct scan_object *object = objects->pdata[i];
		const struct look *look = &unseen->looks[i];

		if (!look->seen && look->configs->len)
			judge_unseen(audit, object->file, object->line, object->name, look->reason,
				     look->reason == left_out, look->configs);
	}
	for (guint i = 0; i < audit->configs->len; i++)
		g_array_append_val(all, i);
	for (unsigned int i = 0; i < rust->len; i++)
		judge_unseen(audit, rust->pdata[i], 1, "(rust)", "Rust is not analysed", false,
			     all);
}
