// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of scan_cache: found, read, checked, replaced, dropped.
 */
#include "scan_cache.h"

#include "scan_cache_private.h"
#include "scan_private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A file in the making; and how old one gets before its maker is taken for dead. */
#define TEMPORARY_PREFIX ".scan-"
#define TEMPORARY_SECONDS 3600
#define DAMAGED_SUFFIX ".damaged"
#define STAMP_SECONDS 3600 /* how old the time of a file's last use gets */
#define NAME_DIGITS 16
/* Numbers of new files have to fit behind those of the kept ones. */
#define FILES_MAX (FILE_NUMBER_LIMIT / 4)
/* One file in so many has to be new for all to be written again. */
#define WORTHWHILE 256

static void G_GNUC_PRINTF(2, 3) say(const struct scan_cache *cache, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	if (!cache->message)
		return;
	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	cache->message(text, cache->message_data);
}

/* ---- the directory ---- */

/* A file of the directory that this or another tree has. */
struct kept {
	char *path;
	gint64 used;
	gint64 size;
	bool damaged; /* set aside, or never finished */
};

static void kept_free(void *data)
{
	struct kept *kept = data;

	g_free(kept->path);
	g_free(kept);
}

/* Those used last come first, those that are good for nothing last. */
static int compare_kept(const void *a, const void *b)
{
	const struct kept *first = *(const struct kept *const *)a;
	const struct kept *second = *(const struct kept *const *)b;

	if (first->damaged != second->damaged)
		return first->damaged ? 1 : -1;
	if (first->used != second->used)
		return first->used > second->used ? -1 : 1;
	return strcmp(first->path, second->path);
}

static bool is_temporary(const char *name)
{
	return g_str_has_prefix(name, TEMPORARY_PREFIX);
}

static bool is_damaged(const char *name)
{
	return g_str_has_prefix(name, SCAN_CACHE_PREFIX) && g_str_has_suffix(name, DAMAGED_SUFFIX);
}

static bool is_kept(const char *name)
{
	gsize length = strlen(SCAN_CACHE_PREFIX);

	return g_str_has_prefix(name, SCAN_CACHE_PREFIX) && strlen(name) == length + NAME_DIGITS &&
	       strspn(name + length, "0123456789abcdef") == NAME_DIGITS;
}

/* The files of all trees (struct kept), sorted. */
static GPtrArray *list_kept(const struct scan_cache *cache)
{
	g_autoptr(GDir) directory = g_dir_open(cache->directory, 0, NULL);
	GPtrArray *files = g_ptr_array_new_with_free_func(kept_free);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *path = g_build_filename(cache->directory, name, NULL);
		struct kept *kept;
		struct stat st;

		if ((!is_kept(name) && !is_damaged(name) && !is_temporary(name)) ||
		    lstat(path, &st) || !S_ISREG(st.st_mode))
			continue;
		kept = g_new(struct kept, 1);
		*kept = (struct kept){
			.path = g_steal_pointer(&path),
			.used = file_state_of(&st).mtime,
			.size = st.st_size,
			.damaged = !is_kept(name),
		};
		g_ptr_array_add(files, kept);
	}
	g_ptr_array_sort(files, compare_kept);
	return files;
}

/* Removes what was not used for longest, but not the tree's own file. */
static void drop_oldest(const struct scan_cache *cache)
{
	g_autoptr(GPtrArray) files = list_kept(cache);
	gint64 now = g_get_real_time() * 1000;
	guint64 total = 0;

	for (guint i = 0; i < files->len; i++) {
		const struct kept *kept = files->pdata[i];
		g_autofree char *name = g_path_get_basename(kept->path);

		if (is_temporary(name)) {
			if (now - kept->used > TEMPORARY_SECONDS * NANOSECONDS)
				g_unlink(kept->path);
			continue;
		}
		total += (guint64)kept->size;
		if (total > cache->limit && strcmp(kept->path, cache->path)) {
			total -= (guint64)kept->size;
			g_unlink(kept->path);
		}
	}
}

/* ---- reading ---- */

/* The bytes of a file; NULL if there is none for us, or with *reason if it is damaged. */
static char *read_bytes(const char *path, gsize *size, const char **reason)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	g_autofree char *bytes = NULL;
	gsize length = 0;
	struct stat st;

	*reason = NULL;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		*reason = "it is not a regular file";
	else if (st.st_size > G_MAXINT32 || !(bytes = g_try_malloc((gsize)st.st_size + 1)))
		*reason = "it is too large";
	while (!*reason && length < (gsize)st.st_size) {
		ssize_t count = read(fd, bytes + length, (gsize)st.st_size - length);

		if (count < 0 && errno != EINTR)
			*reason = g_strerror(errno);
		else if (!count)
			*reason = "it was cut off";
		else if (count > 0)
			length += (gsize)count;
	}
	/* Its time is that of its last use. */
	if (!*reason && g_get_real_time() / G_USEC_PER_SEC - st.st_mtim.tv_sec >= STAMP_SECONDS)
		futimens(fd, NULL);
	close(fd);
	*size = length;
	return *reason ? NULL : g_steal_pointer(&bytes);
}

static void set_aside(const struct scan_cache *cache, const char *path, const char *reason)
{
	g_autofree char *aside = g_strconcat(path, DAMAGED_SUFFIX, NULL);

	if (rename(path, aside))
		say(cache, "%s cannot be trusted (%s) nor set aside: %s: continuing without it",
		    path, reason, g_strerror(errno));
	else
		say(cache, "%s cannot be trusted (%s): set aside as %s, a new one begun", path,
		    reason, aside);
}

/* Takes a file, if it is there and as it was written. */
static bool load(struct scan_cache *cache, const char *path)
{
	const char *reason;
	gsize size;
	g_autofree char *bytes = read_bytes(path, &size, &reason);
	guint count;

	if (bytes)
		reason = frozen_check(bytes, size);
	if (reason && *reason)
		set_aside(cache, path, reason);
	if (!bytes || reason)
		return false;
	cache->bytes = g_steal_pointer(&bytes);
	cache->header = (const struct frozen_header *)cache->bytes;
	count = scan_cache_count(cache);
	if (count > FILES_MAX) {
		g_clear_pointer(&cache->bytes, g_free);
		return false;
	}
	cache->own = !strcmp(frozen_string(cache, cache->header->root), cache->root);
	cache->points[0] = cache->header->points[0];
	cache->points[1] = cache->header->points[1];
	cache->seen = g_new0(guint8, count + 1);
	cache->fresh = g_new0(guint8, count + 1);
	cache->states = g_new0(struct file_state, count + 1);
	for (guint i = 0; i < CACHED_INDEXES; i++) {
		cache->indexes[i].starts = frozen_section(cache, SECTION_STARTS + i);
		cache->indexes[i].entries = frozen_section(cache, SECTION_ENTRIES + i);
	}
	return true;
}

/* The file of the tree that was scanned last, if it is good for anything. */
static void load_other(struct scan_cache *cache)
{
	g_autoptr(GPtrArray) files = list_kept(cache);

	for (guint i = 0; i < files->len; i++) {
		const struct kept *kept = files->pdata[i];

		if (!kept->damaged && strcmp(kept->path, cache->path)) {
			load(cache, kept->path);
			return;
		}
	}
}

struct scan_cache *scan_cache_open(const struct scan_cache_options *options)
{
	struct scan_cache *cache = g_new0(struct scan_cache, 1);
	g_autofree char *digest =
		g_compute_checksum_for_string(G_CHECKSUM_SHA256, options->root, -1);

	cache->directory = g_strdup(options->directory);
	cache->root = g_strdup(options->root);
	cache->path = g_strdup_printf("%s/" SCAN_CACHE_PREFIX "%.*s", cache->directory, NAME_DIGITS,
				      digest);
	cache->limit = options->limit ? options->limit : SCAN_CACHE_LIMIT;
	cache->message = options->message;
	cache->message_data = options->message_data;
	/* Of a key that everybody knows, only who makes the files can make use. */
	if (getentropy(cache->points, sizeof(cache->points)))
		cache->points[0] = (guint64)file_state_now();
	if (!load(cache, cache->path))
		load_other(cache);
	cache->key = text_hash_key(cache->points);
	return cache;
}

void scan_cache_free(struct scan_cache *cache)
{
	if (!cache)
		return;
	g_free(cache->directory);
	g_free(cache->path);
	g_free(cache->root);
	g_free(cache->bytes);
	g_free(cache->seen);
	g_free(cache->fresh);
	g_free(cache->states);
	g_free(cache);
}

/* ---- questions ---- */

guint scan_cache_count(const struct scan_cache *cache)
{
	return cache->bytes ? (guint)cache->header->sections[SECTION_FILES].count - 1 : 0;
}

/* The number of a file, or FILE_INDEX_NONE. */
static guint find_file(const struct scan_cache *cache, const char *path)
{
	const guint32 *slots;
	guint count, at;

	if (!cache->bytes)
		return FILE_INDEX_NONE;
	slots = frozen_section(cache, SECTION_SLOTS);
	count = (guint)cache->header->sections[SECTION_SLOTS].count;
	for (at = frozen_slot(path, count); slots[at] != G_MAXUINT32; at = (at + 1) % count)
		if (!strcmp(path, frozen_string(cache, frozen_files(cache)[slots[at]].path)))
			return slots[at];
	return FILE_INDEX_NONE;
}

bool scan_cache_knows(struct scan_cache *cache, const char *path, const struct file_state *state)
{
	guint file = cache->own ? find_file(cache, path) : FILE_INDEX_NONE;
	const struct frozen_file *frozen;

	if (file == FILE_INDEX_NONE)
		return false;
	frozen = &frozen_files(cache)[file];
	if (!(frozen->flags & FROZEN_PROVEN) || !file_state_same(&frozen->state, state))
		return false;
	cache->seen[file] = true;
	return true;
}

bool scan_cache_has(struct scan_cache *cache, const char *path, const struct text_hash *hash,
		    const struct file_state *state)
{
	guint file = find_file(cache, path);

	if (file == FILE_INDEX_NONE || memcmp(&frozen_files(cache)[file].hash, hash, sizeof(*hash)))
		return false;
	cache->seen[file] = true;
	if (state) {
		cache->fresh[file] = true;
		cache->states[file] = *state;
	}
	return true;
}

struct text_hash scan_cache_hash(const struct scan_cache *cache, const char *text, gsize length)
{
	return text_hash(&cache->key, text, length);
}

const struct file_index_part *scan_cache_index(const struct scan_cache *cache,
					       enum scan_cache_index which)
{
	return cache && cache->bytes ? &cache->indexes[which] : NULL;
}

/* ---- writing ---- */

/* Whether so much is new that it is faster to write than to find out again. */
static bool is_worthwhile(const struct scan_cache *cache, const GArray *shares)
{
	guint count = scan_cache_count(cache);
	guint changes = 0;

	if (shares->len > FILES_MAX)
		return false;
	if (!cache->own)
		return true;
	for (guint i = 0; i < count; i++)
		changes += !cache->seen[i] || cache->fresh[i];
	for (guint i = 0; i < shares->len; i++) {
		const struct share *share = &g_array_index(shares, struct share, i);

		changes += !share->gather->frozen && share_file(share)->proven;
	}
	return changes * WORTHWHILE > shares->len;
}

/* Puts bytes in the place of the tree's file; false if that fails. */
static bool write_bytes(const struct scan_cache *cache, const GByteArray *bytes)
{
	g_autofree char *path = g_strconcat(cache->directory, "/" TEMPORARY_PREFIX "XXXXXX", NULL);
	bool ok = true;
	gsize done = 0;
	int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		return false;
	while (ok && done < bytes->len) {
		ssize_t count = write(fd, bytes->data + done, bytes->len - done);

		if (count >= 0)
			done += (gsize)count;
		else
			ok = errno == EINTR;
	}
	ok = !close(fd) && ok && !rename(path, cache->path);
	if (!ok)
		g_unlink(path);
	return ok;
}

void scan_cache_save(struct scan_cache *cache, const struct scan *scan, const GArray *shares)
{
	g_autoptr(GByteArray) bytes = NULL;

	if (!is_worthwhile(cache, shares))
		return;
	bytes = scan_freeze(cache, scan, shares);
	/* A directory that cannot be written costs time only, and the store tells of it. */
	if (write_bytes(cache, bytes))
		drop_oldest(cache);
}
