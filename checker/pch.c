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
#include "files.h"
#include "sorted.h"

/* In a build directory: what there is for later runs, and how to read that. */
#define KEPT_LIST "pfncheck/headers"
#define KEPT_PREFIX "headers-"
#define KEPT_SUFFIX ".pch"
/* What it was made with and of, its name, whether it is for modules, flags, headers, folders. */
#define KEPT_TYPE "(ssbas" WATCHED_TYPE WATCHED_TYPE ")"
#define WATCHED_TYPE "a(sxxxxs)"

/* Precompiled headers pay from this many files on. */
#define FILES_MIN 6

/* Paths, and what they were when they had a part in something. */
struct watched {
	char **paths;
	GArray *states;	   /* struct file_state; all zero of what was not there */
	GPtrArray *hashes; /* char *: of their contents, for when the states differ */
};

struct header {
	guint config;
	bool module;
	char *path;		/* of the precompiled one */
	char **flags;		/* that it was made with */
	struct watched headers; /* in it */
	/* Where one might come to be that is found before one of those, or instead of it. */
	struct watched folders;
	gint64 began; /* when they began to be read */
	bool mostly;  /* most files are of this kind */
	bool kept;    /* the file is not ours to remove */
	bool ready;
};

struct pch {
	char *versions;	      /* or NULL */
	char *directory;      /* or NULL, as yet */
	guint number;	      /* of the next file */
	GPtrArray *all;	      /* struct header * */
	GPtrArray *requested; /* struct header *, of the last requests */
};

static void watched_clear(struct watched *watched)
{
	g_clear_pointer(&watched->paths, g_strfreev);
	g_clear_pointer(&watched->states, g_array_unref);
	g_clear_pointer(&watched->hashes, g_ptr_array_unref);
}

static void header_free(void *data)
{
	struct header *h = data;

	if (!h->kept)
		g_unlink(h->path);
	g_free(h->path);
	g_strfreev(h->flags);
	watched_clear(&h->headers);
	watched_clear(&h->folders);
	g_free(h);
}

struct pch *pch_new(const char *versions)
{
	struct pch *pch = g_new0(struct pch, 1);

	pch->versions = g_strdup(versions);
	pch->all = g_ptr_array_new_with_free_func(header_free);
	pch->requested = g_ptr_array_new();
	return pch;
}

void pch_free(struct pch *pch)
{
	if (!pch)
		return;
	g_ptr_array_unref(pch->all);
	g_ptr_array_unref(pch->requested);
	if (pch->directory)
		g_rmdir(pch->directory);
	g_free(pch->directory);
	g_free(pch->versions);
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

static struct file_state state_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? (struct file_state){ 0 } : file_state_of(&st);
}

/* A hash of what is in a file, or of the names in a directory; a new string, "" for nothing. */
static char *hash_of(const char *path)
{
	g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *text = NULL;
	const char *name;
	gsize size;

	if (!directory)
		return g_file_get_contents(path, &text, &size, NULL) ?
			       g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *)text,
							   size) :
			       g_strdup("");
	while ((name = g_dir_read_name(directory)))
		g_ptr_array_add(names, g_strdup(name));
	sort_strings(names);
	g_ptr_array_add(names, NULL);
	text = g_strjoinv("/", (char **)names->pdata);
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

static struct watched watched_new(void)
{
	return (struct watched){
		.states = g_array_new(FALSE, FALSE, sizeof(struct file_state)),
		.hashes = g_ptr_array_new_with_free_func(g_free),
	};
}

/* Looks at paths, which are taken over. */
static struct watched watch(char **paths)
{
	struct watched watched = watched_new();

	watched.paths = paths;
	for (; *paths; paths++) {
		struct file_state state = state_of(*paths);

		g_array_append_val(watched.states, state);
		g_ptr_array_add(watched.hashes, hash_of(*paths));
	}
	return watched;
}

/*
 * Whether each of the paths is what it was, or is so again: a snapshot that has been at
 * another state has the same contents.  strict: with the same times, too, since the
 * library takes nothing else.
 */
static bool is_as_it_was(const struct watched *watched, bool strict)
{
	for (guint i = 0; watched->paths && watched->paths[i]; i++) {
		struct file_state now = state_of(watched->paths[i]);
		struct file_state *then = &g_array_index(watched->states, struct file_state, i);
		g_autofree char *hash = NULL;

		if (file_state_same(&now, then))
			continue;
		if (strict && (now.size != then->size || now.mtime != then->mtime))
			return false;
		hash = hash_of(watched->paths[i]);
		if (strcmp(hash, watched->hashes->pdata[i]))
			return false;
		/* A state that proves nothing yet is not remembered. */
		if (!file_state_is_recent(MAX(now.mtime, now.ctime), file_state_now()))
			*then = now;
	}
	return true;
}

/* Whether nothing was written to them for a while before. */
static bool is_settled(const struct watched *watched, gint64 before)
{
	for (guint i = 0; i < watched->states->len; i++) {
		const struct file_state *state =
			&g_array_index(watched->states, struct file_state, i);

		if (file_state_is_recent(MAX(state->mtime, state->ctime), before))
			return false;
	}
	return true;
}

static GVariant *watched_pack(const struct watched *watched)
{
	GVariantBuilder all;

	g_variant_builder_init(&all, G_VARIANT_TYPE(WATCHED_TYPE));
	for (guint i = 0; i < watched->states->len; i++) {
		const struct file_state *state =
			&g_array_index(watched->states, struct file_state, i);

		g_variant_builder_add(&all, "(sxxxxs)", watched->paths[i], state->size,
				      state->mtime, state->inode, state->ctime,
				      (char *)watched->hashes->pdata[i]);
	}
	return g_variant_builder_end(&all);
}

static struct watched watched_unpack(GVariant *packed)
{
	struct watched watched = watched_new();
	g_autoptr(GStrvBuilder) paths = g_strv_builder_new();
	struct file_state state;
	GVariantIter iter;
	const char *path;
	char *hash;

	g_variant_iter_init(&iter, packed);
	while (g_variant_iter_next(&iter, "(&sxxxxs)", &path, &state.size, &state.mtime,
				   &state.inode, &state.ctime, &hash)) {
		g_strv_builder_add(paths, path);
		g_ptr_array_add(watched.hashes, hash);
		g_array_append_val(watched.states, state);
	}
	watched.paths = g_strv_builder_end(paths);
	g_variant_unref(packed);
	return watched;
}

static bool is_current(const struct header *h)
{
	return is_as_it_was(&h->headers, true) && is_as_it_was(&h->folders, false);
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

/* ---- for later runs ---- */

/* What a file is good for, besides its headers and flags; a new string. */
static char *kept_key(const struct pch *pch)
{
	g_autofree char *text = extract_common_headers();
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

	return g_strdup_printf("%s %s", pch->versions, hash);
}

static struct header *header_new(guint config, bool module)
{
	struct header *h = g_new0(struct header, 1);

	h->config = config;
	h->module = module;
	return h;
}

/* What the list of a build directory says; NULL if that is none, or of something else. */
static struct header *read_list(const struct pch *pch, const char *build, guint config)
{
	g_autofree char *list = g_build_filename(build, KEPT_LIST, NULL);
	g_autofree char *key = kept_key(pch);
	g_autoptr(GVariant) v = NULL;
	struct header *h;
	const char *made_with, *name;
	gboolean module;
	char *text;
	gsize size;

	if (!g_file_get_contents(list, &text, &size, NULL))
		return NULL;
	v = g_variant_ref_sink(g_variant_new_from_data(G_VARIANT_TYPE(KEPT_TYPE), text, size, FALSE,
						       g_free, text));
	if (!g_variant_is_normal_form(v))
		return NULL;
	g_variant_get_child(v, 0, "&s", &made_with);
	g_variant_get_child(v, 1, "&s", &name);
	if (strcmp(made_with, key) || strchr(name, '/'))
		return NULL;
	g_variant_get_child(v, 2, "b", &module);
	h = header_new(config, module);
	g_variant_get_child(v, 3, "^as", &h->flags);
	h->headers = watched_unpack(g_variant_get_child_value(v, 4));
	h->folders = watched_unpack(g_variant_get_child_value(v, 5));
	h->path = g_build_filename(build, "pfncheck", name, NULL);
	h->kept = true;
	h->ready = true;
	return h;
}

void pch_load(struct pch *pch, const struct tree *tree)
{
	for (guint i = 0; pch->versions && i < tree_config_count(tree); i++) {
		struct header *h = NULL;

		if (!find(pch, i, false) && !find(pch, i, true))
			h = read_list(pch, tree_config_build(tree, i), i);
		if (h && is_current(h))
			g_ptr_array_add(pch->all, h);
		else if (h)
			header_free(h);
	}
}

/* Removes what earlier runs left in a directory, but for one file. */
static void remove_others(const char *directory, const char *name)
{
	g_autoptr(GDir) stream = g_dir_open(directory, 0, NULL);
	const char *other;

	while (stream && (other = g_dir_read_name(stream))) {
		g_autofree char *path = g_build_filename(directory, other, NULL);

		if (g_str_has_prefix(other, KEPT_PREFIX) && g_str_has_suffix(other, KEPT_SUFFIX) &&
		    strcmp(other, name))
			g_unlink(path);
	}
}

/*
 * Leaves one to later runs, unless a header might have changed while it was read.  Each
 * has another name, so that whoever has read the list before finds no other headers.
 */
static void keep(const struct pch *pch, const struct tree *tree, const struct header *h)
{
	const char *build = tree_config_build(tree, h->config);
	g_autofree char *list = g_build_filename(build, KEPT_LIST, NULL);
	g_autofree char *directory = g_path_get_dirname(list);
	g_autofree char *name =
		g_strdup_printf(KEPT_PREFIX "%08x%08x" KEPT_SUFFIX, g_random_int(), g_random_int());
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autofree char *key = pch->versions ? kept_key(pch) : NULL;
	g_autoptr(GVariant) v = NULL;

	if (!key || !h->mostly || !g_file_test(directory, G_FILE_TEST_IS_DIR) ||
	    !is_settled(&h->headers, h->began) || !is_settled(&h->folders, h->began))
		return;
	v = g_variant_ref_sink(g_variant_new("(ssb^as@" WATCHED_TYPE "@" WATCHED_TYPE ")", key,
					     name, h->module, h->flags, watched_pack(&h->headers),
					     watched_pack(&h->folders)));
	/* A directory that cannot be written to costs later runs time, no more. */
	if (!copy_file(h->path, path, NULL) ||
	    !g_file_set_contents(list, g_variant_get_data(v), (gssize)g_variant_get_size(v), NULL))
		g_unlink(path);
	else
		remove_others(directory, name);
}

/* ---- making ---- */

static struct header *add_header(struct pch *pch, guint config, bool module, char **flags)
{
	struct header *h = header_new(config, module);
	g_autofree char *name = g_strdup_printf("%u.pch", pch->number++);

	h->flags = flags;
	h->path = g_build_filename(pch->directory, name, NULL);
	h->began = file_state_now();
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
		h->mostly = count_kind(tree, config, module, known) * 2 > known->len;
		request.flags = (const char *const *)h->flags;
		request.pch = h->path;
		g_ptr_array_add(requests, extract_request_pack(&request));
		g_ptr_array_add(pch->requested, h);
	}
	return requests;
}

/* The directories that flags have headers looked for in: const char *. */
static GPtrArray *search_path(char *const *flags)
{
	static const char *const options[] = { "-I", "-isystem", "-idirafter", "-iquote", NULL };
	GPtrArray *path = g_ptr_array_new();

	for (; *flags; flags++) {
		if (g_str_has_prefix(*flags, "-I") && (*flags)[2])
			g_ptr_array_add(path, *flags + 2);
		else if (g_strv_contains(options, *flags) && flags[1])
			g_ptr_array_add(path, *++flags);
	}
	return path;
}

/* Where else the headers could have been found, and where they are; a new list. */
static char **folders_of(char *const *headers, char *const *flags)
{
	g_autoptr(GPtrArray) path = search_path(flags);
	g_autoptr(GHashTable) parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GStrvBuilder) folders = g_strv_builder_new();
	GHashTableIter iter;
	void *part, *folder;

	for (; *headers; headers++) {
		g_autofree char *own = g_path_get_dirname(*headers);

		for (guint i = 0; i < path->len; i++) {
			const char *rest = own;

			if (!g_str_has_prefix(own, path->pdata[i]))
				continue;
			rest += strlen(path->pdata[i]);
			if (!*rest || *rest == '/')
				g_hash_table_add(parts, g_strdup(rest));
		}
		g_hash_table_add(all, g_steal_pointer(&own));
	}
	g_hash_table_iter_init(&iter, parts);
	while (g_hash_table_iter_next(&iter, &part, NULL))
		for (guint i = 0; i < path->len; i++)
			g_hash_table_add(all, g_strconcat(path->pdata[i], part, NULL));
	g_hash_table_iter_init(&iter, all);
	while (g_hash_table_iter_next(&iter, &folder, NULL))
		g_strv_builder_add(folders, folder);
	return g_strv_builder_end(folders);
}

void pch_made(struct pch *pch, const struct tree *tree, const struct workers_result *result)
{
	struct header *h = pch->requested->pdata[result->job];
	struct extract_reply reply;

	if (!result->reply || !extract_reply_unpack(&reply, result->reply, result->size))
		return;
	h->ready = reply.ok;
	if (h->ready) {
		h->headers = watch(g_strdupv((char **)reply.headers));
		h->folders = watch(folders_of(h->headers.paths, h->flags));
		keep(pch, tree, h);
	}
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

	return h ? (const char *const *)h->headers.paths : NULL;
}
