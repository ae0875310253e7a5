// SPDX-License-Identifier: GPL-2.0-only
/*
 * git, its patches: a mailbox in, the trees that its patches make out.
 *
 * git splits the mailbox, takes the mails apart and applies what is in them, to an
 * index of ours.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "git_private.h"

/* A mailbox beyond this is none. */
#define MAILBOX_LIMIT (256u << 20)

struct mail {
	char *patch; /* file with the patch and the text before it */
	char *subject;
	guint number; /* "2" of "[PATCH 2/3]", 0 without */
};

static void mail_free(void *data)
{
	struct mail *mail = data;

	g_free(mail->patch);
	g_free(mail->subject);
	g_free(mail);
}

static void patch_free(void *data)
{
	struct git_patch *patch = data;

	g_free(patch->subject);
	g_free(patch);
}

static void G_GNUC_PRINTF(2, 3) fail(GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_clear_error(error);
	if (error)
		*error = g_error_new_valist(GIT_ERROR, GIT_ERROR_PATCH, format, args);
	va_end(args);
}

/* All that a file has, "-" being standard input. */
static GString *read_all(const char *file, GError **error)
{
	FILE *stream = strcmp(file, "-") ? fopen(file, "re") : stdin;
	GString *text = g_string_new(NULL);
	char buffer[64 * 1024];
	size_t n = 1;
	int err = stream ? 0 : errno;

	while (!err && n && text->len <= MAILBOX_LIMIT) {
		n = fread(buffer, 1, sizeof(buffer), stream);
		g_string_append_len(text, buffer, (gssize)n);
		if (!n && ferror(stream))
			err = errno;
	}
	if (stream && stream != stdin)
		fclose(stream);
	if (!err && text->len <= MAILBOX_LIMIT)
		return text;
	if (err)
		fail(error, "cannot read the patches %s: %s", file, g_strerror(err));
	else
		fail(error, "%s is larger than %u MiB: that is no series of patches", file,
		     MAILBOX_LIMIT >> 20);
	g_string_free(text, TRUE);
	return NULL;
}

/* Whether a line begins a patch as git apply takes it. */
static bool has_patch(const char *text)
{
	bool begins = true;

	for (const char *c = text; *c; c++) {
		if (begins && (g_str_has_prefix(c, "diff --git ") ||
			       (g_str_has_prefix(c, "--- ") && strstr(c, "\n+++ "))))
			return true;
		begins = *c == '\n';
	}
	return false;
}

/* The number in "[PATCH v2 2/3] ...", 0 if there is none. */
static guint patch_number(const char *subject)
{
	g_autoptr(GRegex) regex = g_regex_new("^\\[[^\\]]*?\\b(\\d{1,4})/\\d{1,4}\\]", 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_autofree char *number = NULL;

	if (!g_regex_match(regex, subject, 0, &match))
		return 0;
	number = g_match_info_fetch(match, 1);
	return (guint)g_ascii_strtoull(number, NULL, 10);
}

/* The subject without what stands in brackets before it. */
static char *bare_subject(const char *subject)
{
	while (*subject == '[') {
		const char *end = strchr(subject, ']');

		if (!end)
			break;
		for (subject = end + 1; *subject == ' '; subject++)
			;
	}
	return g_strdup(subject);
}

/* What "Subject: " of mailinfo's output has, a new string. */
static char *find_subject(const char *info)
{
	g_auto(GStrv) lines = g_strsplit(info, "\n", -1);

	for (char **line = lines; *line; line++) {
		if (g_str_has_prefix(*line, "Subject: "))
			return g_utf8_make_valid(*line + strlen("Subject: "), -1);
	}
	return g_strdup("");
}

/* Takes a mail apart; *mail stays NULL if it has no patch of its own. */
static bool read_mail(struct git *git, const char *file, guint index, struct mail **mail,
		      GError **error)
{
	g_autofree char *message = g_strdup_printf("%s.text", file);
	g_autofree char *patch = g_strdup_printf("%s.patch", file);
	const char *arguments[] = { "mailinfo", "-k", "--encoding=UTF-8", "--no-scissors", message,
				    patch,	NULL };
	g_autofree char *info = git_run(git, file, arguments, NULL, GIT_ERROR_PATCH, error);
	g_autofree char *text = NULL;
	g_autofree char *subject = NULL;

	if (!info || !g_file_get_contents(patch, &text, NULL, error)) {
		g_prefix_error(error, "mail %u: ", index);
		return false;
	}
	subject = find_subject(info);
	if (!has_patch(text) || !g_ascii_strncasecmp(subject, "Re:", 3))
		return true;
	*mail = g_new0(struct mail, 1);
	(*mail)->patch = g_steal_pointer(&patch);
	(*mail)->number = patch_number(subject);
	(*mail)->subject = bare_subject(subject);
	return true;
}

static int compare_mails(const void *a, const void *b)
{
	const struct mail *x = *(const struct mail *const *)a;
	const struct mail *y = *(const struct mail *const *)b;

	return x->number < y->number ? -1 : x->number > y->number;
}

/* The mails with patches in the order of their numbers; directory is empty. */
static GPtrArray *read_mails(struct git *git, const char *directory, const char *file,
			     GError **error)
{
	g_autoptr(GPtrArray) mails = g_ptr_array_new_with_free_func(mail_free);
	g_autoptr(GString) text = read_all(file, error);
	g_autofree char *all = g_build_filename(directory, "all", NULL);
	g_autofree char *to = g_strconcat("-o", directory, NULL);
	const char *arguments[] = { "mailsplit", "-b", "-d8", to, "--", all, NULL };
	g_autofree char *count = NULL;
	guint64 n = 0;

	if (!text)
		return NULL;
	if (g_str_has_prefix(text->str, "diff ") || g_str_has_prefix(text->str, "--- ") ||
	    g_str_has_prefix(text->str, "Index: ")) {
		/* The output of git diff; a mail's lines may end in CR LF, its own too. */
		g_string_replace(text, "\r\n", "\n", 0);
		g_string_prepend(text, "Subject: (no mail)\n\n---\n");
	}
	if (!g_file_set_contents(all, text->str, (gssize)text->len, error))
		return NULL;
	/* One of blank lines is an error to git. */
	if (strspn(text->str, " \t\r\n") < text->len) {
		count = git_run(git, NULL, arguments, NULL, GIT_ERROR_PATCH, error);
		if (!count)
			return NULL;
		n = g_ascii_strtoull(count, NULL, 10);
	}
	for (guint i = 1; i <= n; i++) {
		g_autofree char *name = g_strdup_printf("%s/%08u", directory, i);
		struct mail *mail = NULL;

		if (!read_mail(git, name, i, &mail, error))
			return NULL;
		if (mail)
			g_ptr_array_add(mails, mail);
	}
	if (!mails->len) {
		fail(error, "there is no patch in %s", strcmp(file, "-") ? file : "standard input");
		return NULL;
	}
	g_ptr_array_sort(mails, compare_mails);
	return g_steal_pointer(&mails);
}

/* What to say of a patch that git does not apply: which, where, to what. */
static void refuse(GError **error, const struct mail *mail, guint index,
		   const struct git_commit *base)
{
	g_autofree char *said = g_strdup((*error)->message);
	const char *reason = g_str_has_prefix(said, "git apply: ") ? said + 11 : said;

	if (strstr(reason, "without full index line"))
		fail(error,
		     "patch %u (%s) changes a binary file without its content (%s): make it with "
		     "git format-patch --binary",
		     index, mail->subject, reason);
	else
		fail(error,
		     "patch %u (%s) does not apply to %.12s%s: %s; choose another one with --base",
		     index, mail->subject, base->id, index > 1 ? " with the patches before it" : "",
		     reason);
}

static bool apply_mails(struct git *git, const struct git_commit *base, const GPtrArray *mails,
			GPtrArray *patches, GError **error)
{
	const char *read[] = { "read-tree", base->tree, NULL };
	g_autofree char *done = git_run(git, NULL, read, NULL, GIT_ERROR_OBJECT, error);

	if (!done)
		return false;
	for (guint i = 0; i < mails->len; i++) {
		const struct mail *mail = mails->pdata[i];
		const char *apply[] = { "apply", "--cached", "--", mail->patch, NULL };
		const char *write[] = { "write-tree", NULL };
		g_autofree char *applied = git_run(git, NULL, apply, NULL, GIT_ERROR_PATCH, error);
		g_autofree char *tree = NULL;
		struct git_patch *patch;

		if (!applied) {
			refuse(error, mail, i + 1, base);
			return false;
		}
		tree = git_run(git, NULL, write, NULL, GIT_ERROR_OBJECT, error);
		if (!tree)
			return false;
		patch = g_new0(struct git_patch, 1);
		g_strlcpy(patch->tree, g_strchomp(tree), sizeof(patch->tree));
		patch->subject = g_strdup(mail->subject);
		g_ptr_array_add(patches, patch);
	}
	return true;
}

GPtrArray *git_apply(struct git *git, const struct git_commit *base, const char *file,
		     GError **error)
{
	g_autofree char *directory = g_build_filename(git->scratch, "mails.XXXXXX", NULL);
	g_autofree char *index = NULL;
	g_autoptr(GPtrArray) patches = g_ptr_array_new_with_free_func(patch_free);
	g_autoptr(GPtrArray) mails = NULL;
	bool ok = false;

	if (!g_mkdtemp(directory)) {
		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: %s",
			    directory, g_strerror(errno));
		return NULL;
	}
	index = g_build_filename(directory, "index", NULL);
	mails = read_mails(git, directory, file, error);
	if (mails) {
		git->environment =
			g_environ_setenv(git->environment, "GIT_INDEX_FILE", index, TRUE);
		ok = apply_mails(git, base, mails, patches, error);
		git->environment = g_environ_unsetenv(git->environment, "GIT_INDEX_FILE");
	}
	remove_all(directory);
	return ok ? g_steal_pointer(&patches) : NULL;
}
