// SPDX-License-Identifier: GPL-2.0-only
/*
 * The store's view of the file system: hashes of files, and which files would be
 * found in place of those that were read.
 *
 * Whether a file is still what it was is told by its content.  To read it only
 * once, its hash is kept with (path, size, mtime, inode, ctime), unless it was
 * changed within two seconds before it was read: another change might have left
 * all of these alone.
 *
 * An include may find another file without any file having changed: one that is
 * new, in a directory that is searched earlier.  So the names of files that stand
 * in such places belong to a row, too.  The places are the directories of -I and
 * the like before the one where the header is, and the directory of the source
 * file.  Not looked at: the directories of headers that include others by
 * quotes, and __has_include() of what does not exist.
 */
#include "sorted.h"
#include "store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_TRIES 3

/* A directory that is searched before the one of a header: its names, and its own. */
struct shadow {
	GHashTable *names;
	char *folder;
};

struct store_search {
	char *build;
	GPtrArray *directories; /* char *, absolute, in the order of the search */
	char *own;		/* directory of the source file */
	GHashTable *folders;	/* folder, interned -> GPtrArray of struct shadow */
};

void store_file_free(gpointer data)
{
	struct store_file *file = data;

	g_free(file->path);
	g_free(file);
}

/* Reads the open file to its end; false with errno. */
static bool hash_descriptor(int fd, struct store_hash *hash)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree guint8 *buffer = g_malloc(1 << 16);
	gsize size = sizeof(hash->bytes);
	ssize_t length;

	while ((length = read(fd, buffer, 1 << 16)) != 0) {
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return false;
		g_checksum_update(checksum, buffer, length);
	}
	g_checksum_get_digest(checksum, hash->bytes, &size);
	return true;
}

/* The state of an open regular file; false if it is none. */
static bool find_state(int fd, struct file_state *state)
{
	struct stat stat_buf;

	if (fstat(fd, &stat_buf) < 0 || !S_ISREG(stat_buf.st_mode))
		return false;
	*state = file_state_of(&stat_buf);
	return true;
}

/* Fills in state, hash and readable from the file as it is. */
static void hash_file(struct store_file *file)
{
	struct file_state before;
	int fd;

	/* It was a regular file a moment ago; should it be a pipe now, do not wait for it. */
	fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return;
	for (int i = 0; i < READ_TRIES && !file->readable; i++) {
		gint64 start = file_state_now();

		if (!find_state(fd, &before) || lseek(fd, 0, SEEK_SET) < 0 ||
		    !hash_descriptor(fd, &file->hash) || !find_state(fd, &file->state))
			break;
		file->recent = file_state_is_recent(file->state.ctime, start);
		file->readable = file_state_same(&before, &file->state);
	}
	close(fd);
}

/* Has the database keep the hash, if the state will prove it. */
static void keep_hash(struct store *store, struct store_file *file)
{
	if (!file->readable || file->recent || file->to_be_written ||
	    file_state_is_recent(file->state.mtime, file_state_now()))
		return;
	file->to_be_written = true;
	g_ptr_array_add(store->states, file);
}

/* Brings a file up to date with what stat() said of it. */
static void update_file(struct store *store, struct store_file *file, const struct stat *stat)
{
	struct file_state state = file_state_of(stat);

	file->readable = false;
	file->recent = false;
	file->hex = NULL;
	if (!S_ISREG(stat->st_mode))
		return;
	if (store->database &&
	    store_database_state(store->database, file->path, &state, &file->hash) == STORE_OK) {
		file->state = state;
		file->readable = true;
		return;
	}
	hash_file(file);
	keep_hash(store, file);
}

const struct store_file *store_find_file(struct store *store, const char *absolute, bool fresh)
{
	struct store_file *file = g_hash_table_lookup(store->files, absolute);
	struct file_state state;
	struct stat stat_buf;

	if (file && !fresh)
		return file;
	if (!file) {
		file = g_new0(struct store_file, 1);
		file->path = g_strdup(absolute);
		g_hash_table_insert(store->files, file->path, file);
	}
	if (stat(absolute, &stat_buf) < 0) {
		file->readable = false;
		file->hex = NULL;
		return file;
	}
	state = file_state_of(&stat_buf);
	if (!file->readable || file->recent || !file_state_same(&state, &file->state))
		update_file(store, file, &stat_buf);
	return file;
}

const char *store_file_hash(struct store *store, const char *absolute)
{
	struct store_file *file = (struct store_file *)store_find_file(store, absolute, true);
	char hex[2 * sizeof(file->hash.bytes) + 1];

	if (!file->readable)
		return NULL;
	if (!file->hex) {
		for (guint i = 0; i < sizeof(file->hash.bytes); i++)
			g_snprintf(hex + 2 * i, 3, "%02x", file->hash.bytes[i]);
		file->hex = g_string_chunk_insert_const(store->strings, hex);
	}
	return file->hex;
}

char *store_clean(const char *path)
{
	/* Behind a symbolic link, ".." is not the directory before it. */
	if (path[0] != '/' || strstr(path, "/.."))
		return g_strdup(path);
	return g_canonicalize_filename(path, "/");
}

/* The rest of path if it is directory or below it, without the slash; else NULL. */
static const char *below(const char *path, const char *directory)
{
	gsize length = strlen(directory);

	if (!length || strncmp(path, directory, length))
		return NULL;
	if (path[length] == '/')
		return path + length + 1;
	return path[length] ? NULL : path + length;
}

char *store_shorten(const struct store *store, const char *build, const char *path)
{
	const char *in_tree = below(path, store->root);
	const char *in_build = below(path, build);

	/* Where one is below the other, the nearer one has the shorter rest. */
	if (in_build && (!in_tree || strlen(in_build) < strlen(in_tree)))
		return g_strconcat("B:", in_build, NULL);
	if (in_tree)
		return g_strconcat("T:", in_tree, NULL);
	return g_strconcat("A:", path, NULL);
}

char *store_resolve(const struct store *store, const char *build, const char *name)
{
	const char *rest = name + 2;

	if (name[0] == 'A')
		return g_strdup(rest);
	return g_strconcat(name[0] == 'B' ? build : store->root, *rest ? "/" : NULL, rest, NULL);
}

void store_search_free(gpointer data)
{
	struct store_search *search = data;

	g_ptr_array_free(search->directories, TRUE);
	g_hash_table_destroy(search->folders);
	g_free(search->own);
	g_free(search->build);
	g_free(search);
}

static void shadow_free(gpointer data)
{
	struct shadow *shadow = data;

	g_free(shadow->folder);
	g_free(shadow);
}

struct store_search *store_find_search(struct store *store, const char *directory,
				       const char *const *flags, const char *build)
{
	/* In the order in which compilers look through them. */
	static const char *const options[] = { "-iquote", "-I", "-isystem", "-idirafter" };
	g_autoptr(GPtrArray) directories = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) key = g_string_new(NULL);
	struct store_search *search;

	g_string_append_printf(key, "%s\n%s\n", build, directory);
	for (guint option = 0; option < G_N_ELEMENTS(options); option++) {
		for (guint i = 0; flags[i]; i++) {
			const char *value;

			if (!g_str_has_prefix(flags[i], options[option]))
				continue;
			value = flags[i] + strlen(options[option]);
			if (!*value) {
				if (!flags[i + 1])
					break;
				value = flags[++i];
			}
			g_string_append_printf(key, "%s\n", value);
			g_ptr_array_add(directories, store_clean(value));
		}
	}
	search = g_hash_table_lookup(store->searches, key->str);
	if (search)
		return search;

	search = g_new0(struct store_search, 1);
	search->build = g_strdup(build);
	search->own = g_strdup(directory);
	search->directories = g_steal_pointer(&directories);
	search->folders =
		g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
	g_hash_table_insert(store->searches, g_strdup(key->str), search);
	return search;
}

GPtrArray *store_places(struct store *store, const struct store_search *search, const char *name,
			const GPtrArray *headers)
{
	GPtrArray *places = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) folders = g_hash_table_new(NULL, NULL);

	if (name[0] == '/') {
		g_ptr_array_add(places, store_clean(name));
		return places;
	}
	g_ptr_array_add(places, g_build_filename(search->own, name, NULL));
	for (guint i = 0; i < search->directories->len; i++)
		g_ptr_array_add(places,
				g_build_filename(search->directories->pdata[i], name, NULL));
	for (guint i = 0; i < headers->len; i++) {
		const struct store_header *header = g_ptr_array_index(headers, i);
		g_autofree char *folder = NULL;

		if (!g_hash_table_add(folders, (gpointer)header->folder))
			continue;
		folder = store_resolve(store, search->build, header->folder);
		g_ptr_array_add(places, g_build_filename(folder, name, NULL));
	}
	return places;
}

/* The names in a directory, read once a run; empty if it cannot be read. */
static GHashTable *list_directory(struct store *store, const char *directory)
{
	GHashTable *names = g_hash_table_lookup(store->listings, directory);
	const char *name;
	GDir *dir;

	if (names)
		return names;
	names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	dir = g_dir_open(directory, 0, NULL);
	while (dir && (name = g_dir_read_name(dir)))
		g_hash_table_add(names, g_strdup(name));
	if (dir)
		g_dir_close(dir);
	g_hash_table_insert(store->listings, g_strdup(directory), names);
	return names;
}

/* Adds what is at rest below directory, if that is there. */
static void add_shadow(struct store *store, const struct store_search *search, GPtrArray *shadows,
		       const char *directory, const char *rest)
{
	g_autofree char *candidate = g_strconcat(directory, *rest ? "/" : "", rest, NULL);
	GHashTable *names = list_directory(store, candidate);
	struct shadow *shadow;

	if (!g_hash_table_size(names))
		return;
	shadow = g_new0(struct shadow, 1);
	shadow->names = names;
	shadow->folder = store_shorten(store, search->build, candidate);
	g_ptr_array_add(shadows, shadow);
}

/* The directories that are searched before folder for what is found there. */
static GPtrArray *find_shadows(struct store *store, struct store_search *search, const char *folder)
{
	GPtrArray *shadows = g_hash_table_lookup(search->folders, folder);
	g_autofree char *path = NULL;

	if (shadows)
		return shadows;
	shadows = g_ptr_array_new_with_free_func(shadow_free);
	g_hash_table_insert(search->folders, (gpointer)folder, shadows);
	path = store_resolve(store, search->build, folder);
	for (guint i = 0; i < search->directories->len; i++) {
		const char *directory = g_ptr_array_index(search->directories, i);
		const char *rest = below(path, directory);

		if (!rest)
			continue;
		if (strcmp(search->own, directory))
			add_shadow(store, search, shadows, search->own, rest);
		for (guint j = 0; j < i; j++)
			add_shadow(store, search, shadows,
				   g_ptr_array_index(search->directories, j), rest);
	}
	return shadows;
}

struct store_hash store_shadows(struct store *store, struct store_search *search,
				const GPtrArray *headers)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *all = NULL;

	for (guint i = 0; i < headers->len; i++) {
		const struct store_header *header = g_ptr_array_index(headers, i);
		const GPtrArray *shadows = find_shadows(store, search, header->folder);

		for (guint j = 0; j < shadows->len; j++) {
			const struct shadow *shadow = g_ptr_array_index(shadows, j);

			if (g_hash_table_contains(shadow->names, header->base))
				g_ptr_array_add(found, g_build_filename(shadow->folder,
									header->base, NULL));
		}
	}
	/* Rows of the database have their headers in another order. */
	sort_strings(found);
	g_ptr_array_add(found, NULL);
	all = g_strjoinv("\n", (char **)found->pdata);
	return store_hash_parts(all, strlen(all), NULL);
}
