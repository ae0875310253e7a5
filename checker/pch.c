// SPDX-License-Identifier: GPL-2.0-only
/*
 * pch: see pch.h.  A precompiled header is made with the flags that the files have in
 * common; a file that lacks one of these does without.
 */
#include "pch.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "extract.h"
#include "file_state.h"

/* Precompiled headers pay from this many files on. */
#define FILES_MIN 6

struct header {
	guint config;
	bool module;
	char *path;	/* of the precompiled one; NULL: none can be made */
	char **flags;	/* that it was made with */
	char **headers; /* in it */
	GArray *states; /* struct file_state, of those */
	bool ready;
};

struct pch {
	char *directory;      /* or NULL, as yet */
	guint number;	      /* of the next file */
	GPtrArray *all;	      /* struct header * */
	GPtrArray *requested; /* struct header *, of the last requests */
};

static void header_free(void *data)
{
	struct header *h = data;

	if (h->path)
		g_unlink(h->path);
	g_free(h->path);
	g_strfreev(h->flags);
	g_strfreev(h->headers);
	g_array_unref(h->states);
	g_free(h);
}

struct pch *pch_new(void)
{
	struct pch *pch = g_new0(struct pch, 1);

	pch->all = g_ptr_array_new_with_free_func(header_free);
	pch->requested = g_ptr_array_new();
	return pch;
}

void pch_clear(struct pch *pch)
{
	g_ptr_array_set_size(pch->requested, 0);
	g_ptr_array_set_size(pch->all, 0);
	if (pch->directory)
		g_rmdir(pch->directory);
	g_clear_pointer(&pch->directory, g_free);
}

void pch_free(struct pch *pch)
{
	if (!pch)
		return;
	pch_clear(pch);
	g_ptr_array_unref(pch->all);
	g_ptr_array_unref(pch->requested);
	g_free(pch);
}

/* ---- flags ---- */

static bool has_flag(const char *const *flags, const char *flag, const char *argument)
{
	for (guint i = 0; flags[i]; i++)
		if (!strcmp(flags[i], flag) &&
		    (!argument || (flags[i + 1] && !strcmp(flags[i + 1], argument))))
			return true;
	return false;
}

/* Whether the flags have a flag of others at a place; *next becomes the place behind it. */
static bool has_flag_at(const char *const *flags, const char *const *others, guint *next)
{
	const char *flag = others[*next];
	const char *argument = !strcmp(flag, "-include") ? others[*next + 1] : NULL;

	*next += argument ? 2 : 1;
	return has_flag(flags, flag, argument);
}

/* What all files of a kind are compiled with, in the order of the first one; NULL if there is none. */
static char **common_flags(const struct tree *tree, guint config, bool module,
			   const GPtrArray *files, const GPtrArray *known)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	g_autoptr(GStrvBuilder) common = g_strv_builder_new();
	const char *const *first;

	for (guint i = 0; i < files->len + known->len; i++) {
		const struct tree_file *f =
			tree_file(tree, config,
				  i < files->len ? files->pdata[i] : known->pdata[i - files->len]);

		if (f && f->is_module == module)
			g_ptr_array_add(all, (void *)f->flags);
	}
	if (!all->len)
		return NULL;
	first = all->pdata[0];
	for (guint i = 0, next = 0; first[i]; i = next) {
		bool everywhere = true;

		for (guint k = 0; k < all->len && everywhere; k++) {
			next = i;
			everywhere = has_flag_at(all->pdata[k], first, &next);
		}
		next = i;
		has_flag_at(first, first, &next);
		for (guint k = i; k < next && everywhere; k++)
			g_strv_builder_add(common, first[k]);
	}
	return g_strv_builder_end(common);
}

/* ---- what is there ---- */

static struct header *find(const struct pch *pch, guint config, bool module)
{
	for (guint i = 0; i < pch->all->len; i++) {
		struct header *h = pch->all->pdata[i];

		if (h->config == config && h->module == module)
			return h;
	}
	return NULL;
}

static bool state_of(const char *path, struct file_state *state)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	*state = file_state_of(&st);
	return true;
}

/* Whether each header is what it was when it was read. */
static bool is_current(const struct header *h)
{
	for (guint i = 0; h->headers && h->headers[i]; i++) {
		struct file_state now;

		if (!state_of(h->headers[i], &now) ||
		    !file_state_same(&now, &g_array_index(h->states, struct file_state, i)))
			return false;
	}
	return true;
}

static guint count_kind(const struct tree *tree, guint config, bool module, const GPtrArray *files)
{
	guint n = 0;

	for (guint i = 0; i < files->len; i++) {
		const struct tree_file *f = tree_file(tree, config, files->pdata[i]);

		n += f && f->is_module == module;
	}
	return n;
}

/* ---- making ---- */

static struct header *add_header(struct pch *pch, guint config, bool module, char **flags)
{
	struct header *h = g_new0(struct header, 1);
	g_autofree char *name = g_strdup_printf("%u.pch", pch->number++);

	h->config = config;
	h->module = module;
	h->flags = flags;
	h->path = g_build_filename(pch->directory, name, NULL);
	h->states = g_array_new(FALSE, FALSE, sizeof(struct file_state));
	g_ptr_array_add(pch->all, h);
	return h;
}

bool pch_is_due(const struct pch *pch, guint config, bool module, guint n, guint more)
{
	const struct header *h = find(pch, config, module);

	return n && (h ? !is_current(h) : n + more >= FILES_MIN);
}

GPtrArray *pch_requests(struct pch *pch, const struct tree *tree, guint config,
			const GPtrArray *files, guint more, const GPtrArray *known)
{
	GPtrArray *requests = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_autofree char *text = extract_common_headers();

	g_ptr_array_set_size(pch->requested, 0);
	for (int module = 0; module < 2; module++) {
		struct header *h = find(pch, config, module);
		guint n = count_kind(tree, config, module, files);
		struct extract_request request = {
			.path = "pfncheck-headers.h",
			.root = tree_root(tree),
			.build = tree_config_build(tree, config),
			.content = text,
			.make_pch = true,
		};

		if (!pch_is_due(pch, config, module, n, more))
			continue;
		if (h)
			g_ptr_array_remove(pch->all, h);
		if (n + more < FILES_MIN)
			continue;
		if (!pch->directory)
			pch->directory = g_dir_make_tmp("pfncheck-XXXXXX", NULL);
		if (!pch->directory)
			break;
		h = add_header(pch, config, module,
			       common_flags(tree, config, module, files, known));
		request.flags = (const char *const *)h->flags;
		request.pch = h->path;
		g_ptr_array_add(requests, extract_request_pack(&request));
		g_ptr_array_add(pch->requested, h);
	}
	return requests;
}

/* Takes the headers over; false if one of them is gone. */
static bool take_headers(struct header *h, const char *const *headers)
{
	h->headers = g_strdupv((char **)headers);
	for (guint i = 0; headers[i]; i++) {
		struct file_state state;

		if (!state_of(headers[i], &state))
			return false;
		g_array_append_val(h->states, state);
	}
	return true;
}

void pch_made(struct pch *pch, const struct workers_result *result)
{
	struct header *h = pch->requested->pdata[result->job];
	struct extract_reply reply;

	if (!result->reply || !extract_reply_unpack(&reply, result->reply, result->size))
		return;
	h->ready = reply.ok && take_headers(h, reply.headers);
	extract_reply_clear(&reply);
}

/* ---- using ---- */

static const struct header *header_of(const struct pch *pch, guint config,
				      const struct tree_file *file)
{
	const struct header *h = find(pch, config, file->is_module);

	if (!h || !h->ready)
		return NULL;
	for (guint i = 0; h->flags[i];)
		if (!has_flag_at(file->flags, (const char *const *)h->flags, &i))
			return NULL;
	return h;
}

const char *pch_path(const struct pch *pch, guint config, const struct tree_file *file)
{
	const struct header *h = header_of(pch, config, file);

	return h ? h->path : NULL;
}

const char *const *pch_headers(const struct pch *pch, guint config, const struct tree_file *file)
{
	const struct header *h = header_of(pch, config, file);

	return h ? (const char *const *)h->headers : NULL;
}
