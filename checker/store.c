// SPDX-License-Identifier: GPL-2.0-only
/*
 * store: facts by content; store.h says what for.
 *
 * In: a source file, its flags, the headers that were read for it, its facts.
 * Out: the same facts, as long as all of that is as it was.
 *
 * Rows of one key (path, content, flags, versions) differ in the headers that
 * were read: as with ccache's manifests, the newest whose headers all have the
 * content that they had then is the answer.
 */
#include "store_private.h"

#include <gio/gio.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_LIMIT (256u << 20)
#define UNWRITTEN_MAX (8u << 20) /* bytes of rows held back until the next commit */
#define COMPRESSION 1		 /* the fastest: most of the gain, a third of the time */
#define BUILDS_MAX 64		 /* bits of store_header::checked */

/* What is known of a source file since it was first asked for. */
struct asked {
	struct store_hash question; /* path, flags, versions */
	struct store_hash content;  /* of the file at that time */
	gint64 since;
};

/* What the answer to a question was, for the dump. */
struct served {
	struct store_hash question;
	char *path;
	struct store_hash content;
	GPtrArray *headers;
	struct store_hash hash; /* of the packed facts */
	gsize size;
};

GQuark store_error_quark(void)
{
	return g_quark_from_static_string("pfncheck-store");
}

void store_message(const struct store *store, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	if (!store->message)
		return;
	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	store->message(text, store->message_data);
}

struct store_hash store_hash_parts(gconstpointer part, gsize size, ...)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	struct store_hash hash;
	gsize length = sizeof(hash.bytes);
	va_list args;

	va_start(args, size);
	while (part) {
		guint64 prefix = size;

		g_checksum_update(checksum, (const guchar *)&prefix, sizeof(prefix));
		g_checksum_update(checksum, part, (gssize)size);
		part = va_arg(args, gconstpointer);
		if (part)
			size = va_arg(args, gsize);
	}
	va_end(args);
	g_checksum_get_digest(checksum, hash.bytes, &length);
	return hash;
}

struct store_hash store_hash_bytes(GBytes *bytes)
{
	gsize size;
	const void *data = g_bytes_get_data(bytes, &size);

	return store_hash_parts(size ? data : "", size, NULL);
}

/* Hashes are as good as random: their first bytes do for a hash table. */
static guint hash_hash(gconstpointer hash)
{
	guint value;

	memcpy(&value, hash, sizeof(value));
	return value;
}

static gboolean hash_equal(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, sizeof(struct store_hash));
}

static guint header_hash(gconstpointer key)
{
	const struct store_header *header = key;

	return g_str_hash(header->name) ^ hash_hash(&header->hash);
}

static gboolean header_equal(gconstpointer a, gconstpointer b)
{
	const struct store_header *left = a, *right = b;

	return hash_equal(&left->hash, &right->hash) && !strcmp(left->name, right->name);
}

static void header_free(gpointer data)
{
	struct store_header *header = data;

	g_free(header->name);
	g_free(header);
}

struct store_header *store_header(struct store *store, const char *name,
				  const struct store_hash *hash)
{
	struct store_header sought = { .name = (char *)name, .hash = *hash };
	struct store_header *header = g_hash_table_lookup(store->headers, &sought);
	const char *slash;

	if (header)
		return header;
	header = g_new0(struct store_header, 1);
	header->name = g_strdup(name);
	header->hash = *hash;
	slash = strrchr(name, '/');
	header->base = slash ? header->name + (slash + 1 - name) : header->name + 2;
	sought.name = g_strndup(name, slash ? (gsize)(slash - name) : 2);
	header->folder = g_string_chunk_insert_const(store->strings, sought.name);
	g_free(sought.name);
	g_hash_table_add(store->headers, header);
	return header;
}

static void row_free(gpointer data)
{
	struct store_row *row = data;

	g_ptr_array_unref(row->headers);
	g_bytes_unref(row->packed);
	g_free(row);
}

static void served_free(gpointer data)
{
	struct served *served = data;

	g_ptr_array_unref(served->headers);
	g_free(served->path);
	g_free(served);
}

struct store *store_open(const struct store_options *options, GError **error)
{
	struct store *store;

	if (!g_path_is_absolute(options->root)) {
		g_set_error(error, STORE_ERROR, STORE_ERROR_ROOT, "%s is not an absolute path",
			    options->root);
		return NULL;
	}
	store = g_new0(struct store, 1);
	store->root = g_canonicalize_filename(options->root, "/");
	store->versions = g_strdup(options->versions);
	store->limit = options->limit ? options->limit : DEFAULT_LIMIT;
	store->message = options->message;
	store->message_data = options->message_data;
	store->rows = g_hash_table_new_full(hash_hash, hash_equal, NULL,
					    (GDestroyNotify)g_ptr_array_unref);
	store->unwritten = g_ptr_array_new();
	store->states = g_ptr_array_new();
	store->files = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, store_file_free);
	store->headers = g_hash_table_new_full(header_hash, header_equal, header_free, NULL);
	store->listings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						(GDestroyNotify)g_hash_table_unref);
	store->searches = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, store_search_free);
	store->strings = g_string_chunk_new(4096);
	store->builds = g_ptr_array_new_with_free_func(g_free);
	store->asked = g_hash_table_new_full(hash_hash, hash_equal, NULL, g_free);
	store->served = g_hash_table_new_full(hash_hash, hash_equal, NULL, served_free);
	store->unkept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (options->directory)
		store->database = store_database_open(store, options->directory);
	return store;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store_commit(store);
	store_database_close(store->database);
	g_hash_table_destroy(store->served);
	g_hash_table_destroy(store->unkept);
	g_hash_table_destroy(store->rows);
	g_ptr_array_free(store->unwritten, TRUE);
	g_ptr_array_free(store->states, TRUE);
	g_hash_table_destroy(store->files);
	g_hash_table_destroy(store->headers);
	g_hash_table_destroy(store->searches);
	g_hash_table_destroy(store->listings);
	g_string_chunk_free(store->strings);
	g_ptr_array_free(store->builds, TRUE);
	g_hash_table_destroy(store->asked);
	g_free(store->root);
	g_free(store->versions);
	g_free(store);
}

/* The place of a build directory among those seen. */
static guint find_build(struct store *store, const char *build)
{
	guint index;

	if (g_ptr_array_find_with_equal_func(store->builds, build, g_str_equal, &index))
		return index;
	g_ptr_array_add(store->builds, g_strdup(build));
	return store->builds->len - 1;
}

/* A flag whose path, if it has one in the tree or the build directory, does not say where. */
static char *shorten_flag(const struct store *store, const char *build, const char *flag)
{
	const char *slash = strchr(flag, '/');
	g_autofree char *name = slash ? store_shorten(store, build, slash) : NULL;

	if (!name || name[0] == 'A')
		return g_strdup(flag);
	/* No flag has such a byte of its own. */
	return g_strdup_printf("%.*s\001%s", (int)(slash - flag), flag, name);
}

/* What a question is apart from the content of files. */
static struct store_hash hash_question(const struct store *store, const char *path,
				       const char *const *flags, const char *build)
{
	g_autoptr(GString) all = g_string_new(NULL);

	for (; *flags; flags++) {
		g_autofree char *flag = shorten_flag(store, build, *flags);

		g_string_append_len(all, flag, (gssize)strlen(flag) + 1);
	}
	return store_hash_parts(path, strlen(path), all->str, all->len, store->versions,
				strlen(store->versions), NULL);
}

static struct store_hash hash_key(const struct store_hash *question,
				  const struct store_hash *content)
{
	return store_hash_parts(question, sizeof(*question), content, sizeof(*content), NULL);
}

/* What a header that is not there has in place of its hash. */
static const struct store_hash no_hash;

/* Whether the file called so has the content that the header had. */
static bool header_is_same(struct store *store, struct store_header *header, guint build)
{
	guint64 bit = G_GUINT64_CONSTANT(1) << build;
	g_autofree char *path = NULL;
	const struct store_file *file;

	if (header->checked & bit)
		return header->same & bit;
	path = store_resolve(store, g_ptr_array_index(store->builds, build), header->name);
	if (hash_equal(&header->hash, &no_hash)) {
		header->checked |= bit;
		header->same |= access(path, F_OK) ? bit : 0;
		return header->same & bit;
	}
	file = store_find_file(store, path, false);
	header->checked |= bit;
	if (!file->readable || !hash_equal(&file->hash, &header->hash))
		return false;
	header->same |= bit;
	return true;
}

static bool headers_are_same(struct store *store, const GPtrArray *headers, const char *build)
{
	guint index = find_build(store, build);

	if (index >= BUILDS_MAX)
		return false;
	for (guint i = 0; i < headers->len; i++) {
		if (!header_is_same(store, g_ptr_array_index(headers, i), index))
			return false;
	}
	return true;
}

/* Runs size bytes through a converter into out; false if they do not fit in *length there. */
static bool convert(GConverter *converter, const char *in, gsize size, char *out, gsize *length)
{
	GConverterResult result = G_CONVERTER_CONVERTED;
	gsize done = 0, written = 0;

	while (result == G_CONVERTER_CONVERTED && written < *length) {
		gsize did_read = 0, did_write = 0;

		result = g_converter_convert(converter, in + done, size - done, out + written,
					     *length - written, G_CONVERTER_INPUT_AT_END, &did_read,
					     &did_write, NULL);
		done += did_read;
		written += did_write;
	}
	*length = written;
	return result == G_CONVERTER_FINISHED;
}

/* Facts as they are stored: shorter than size, or else as they are. */
static GBytes *pack_facts(const char *facts, gsize size)
{
	g_autoptr(GZlibCompressor) compressor =
		g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW, COMPRESSION);
	gsize length = size ? size - 1 : 0;
	g_autofree char *out = g_malloc(size + 1);

	if (length && convert(G_CONVERTER(compressor), facts, size, out, &length))
		return g_bytes_new(out, length);
	return g_bytes_new(facts, size);
}

/* The reverse; NULL if it is not what pack_facts() gave for size bytes. */
static char *unpack_facts(GBytes *packed, gsize size)
{
	gsize stored, length = size + 1; /* room to see the end of the stream */
	const char *bytes = g_bytes_get_data(packed, &stored);
	g_autoptr(GZlibDecompressor) decompressor = NULL;
	g_autofree char *facts = NULL;

	if (stored > size)
		return NULL;
	facts = g_try_malloc(size + 1);
	if (!facts)
		return NULL;
	if (stored == size) {
		if (size)
			memcpy(facts, bytes, size);
		facts[size] = '\0';
		return g_steal_pointer(&facts);
	}
	decompressor = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW);
	if (!convert(G_CONVERTER(decompressor), bytes, stored, facts, &length) || length != size)
		return NULL;
	facts[size] = '\0';
	return g_steal_pointer(&facts);
}

/* Remembers what was got or put for the dump.  headers is shared. */
static void note_served(struct store *store, const struct asked *asked, const char *path,
			GPtrArray *headers, const struct store_hash *hash, gsize size)
{
	struct served *served;

	if (!asked)
		return;
	served = g_new0(struct served, 1);
	served->question = asked->question;
	served->path = g_strdup(path);
	served->content = asked->content;
	served->headers = g_ptr_array_ref(headers);
	served->hash = *hash;
	served->size = size;
	g_hash_table_replace(store->served, &served->question, served);
}

/* A question on its way to an answer. */
struct lookup {
	const struct asked *asked; /* NULL: what is looked for rests on no file */
	const char *path;
	const char *build;
	struct store_hash key;
	struct store_search *search;
	char *facts; /* the answer, when there is one */
	gsize size;
};

static bool row_holds(struct store *store, const struct lookup *lookup, const GPtrArray *headers,
		      const struct store_hash *shadows)
{
	struct store_hash present;

	if (!lookup->asked)
		return !headers->len;
	if (!headers_are_same(store, headers, lookup->build))
		return false;
	present = store_shadows(store, lookup->search, headers);
	return hash_equal(&present, shadows);
}

/* Takes a row that this process put and that holds, if there is one. */
static void get_from_memory(struct store *store, struct lookup *lookup)
{
	const GPtrArray *rows = g_hash_table_lookup(store->rows, &lookup->key);

	for (guint i = rows ? rows->len : 0; i-- > 0;) {
		const struct store_row *row = g_ptr_array_index(rows, i);

		if (!row_holds(store, lookup, row->headers, &row->shadows))
			continue;
		lookup->facts = unpack_facts(row->packed, row->size);
		lookup->size = row->size;
		note_served(store, lookup->asked, lookup->path, row->headers, &row->hash,
			    row->size);
		return;
	}
}

/* Takes a row of the database, if it holds; STORE_NONE if not. */
static enum store_status use_found(struct store *store, struct lookup *lookup,
				   const struct store_found *found)
{
	g_autoptr(GBytes) packed = NULL;
	enum store_status status;

	if (!row_holds(store, lookup, found->headers, &found->shadows))
		return STORE_NONE;
	status = store_database_facts(store->database, found, &packed);
	if (status != STORE_OK)
		return status;
	lookup->facts = unpack_facts(packed, found->size);
	if (!lookup->facts)
		return STORE_DAMAGED;
	lookup->size = found->size;
	store_database_touch(store->database, found);
	note_served(store, lookup->asked, lookup->path, found->headers, &found->hash, found->size);
	return STORE_OK;
}

static void get_from_database(struct store *store, struct lookup *lookup)
{
	enum store_status status = store_database_find(store->database, &lookup->key);

	while (status == STORE_OK && !lookup->facts) {
		struct store_found found = { 0 };

		status = store_database_next(store->database, &found);
		if (status == STORE_OK) {
			status = use_found(store, lookup, &found);
			/* There may be an older row that holds. */
			if (status == STORE_NONE)
				status = STORE_OK;
		}
		if (found.headers)
			g_ptr_array_unref(found.headers);
	}
	store_database_done(store->database);
	if (status == STORE_DAMAGED)
		store_database_replace(store->database, "its content is not what was written");
}

char *store_get(struct store *store, const char *path, const char *const *flags, const char *build,
		gsize *size)
{
	gint64 since = file_state_now();
	g_autofree char *absolute = g_build_filename(store->root, path, NULL);
	g_autofree char *directory = g_path_get_dirname(absolute);
	g_autofree char *clean = store_clean(build ? build : "");
	g_autofree struct asked *asked = g_new0(struct asked, 1);
	const struct store_file *file = store_find_file(store, absolute, true);
	struct lookup lookup = { .asked = asked, .path = path, .build = clean };

	*size = 0;
	if (!file->readable)
		return NULL;
	asked->question = hash_question(store, path, flags, clean);
	asked->content = file->hash;
	asked->since = since;
	lookup.key = hash_key(&asked->question, &asked->content);
	lookup.search = store_find_search(store, directory, flags, clean);
	get_from_memory(store, &lookup);
	if (!lookup.facts && store->database)
		get_from_database(store, &lookup);
	/* The first time it was asked counts: the extraction may have begun then. */
	if (!lookup.facts && !g_hash_table_contains(store->asked, &asked->question)) {
		g_hash_table_insert(store->asked, &asked->question, asked);
		asked = NULL;
	}
	*size = lookup.size;
	return lookup.facts;
}

static struct store_hash hash_remembered(const struct store *store, const char *question)
{
	static const char mark[] = "remembered";

	return store_hash_parts(mark, sizeof(mark), question, strlen(question), store->versions,
				strlen(store->versions), NULL);
}

char *store_recall(struct store *store, const char *question, gsize *size)
{
	struct lookup lookup = { .key = hash_remembered(store, question) };

	get_from_memory(store, &lookup);
	if (!lookup.facts && store->database)
		get_from_database(store, &lookup);
	*size = lookup.size;
	return lookup.facts;
}

static int compare_headers(gconstpointer a, gconstpointer b)
{
	const struct store_header *left = *(struct store_header *const *)a;
	const struct store_header *right = *(struct store_header *const *)b;

	return strcmp(left->name, right->name);
}

/*
 * The headers by name and content; NULL if one of them is not what was read: gone,
 * or changed since then.
 */
static GPtrArray *find_headers(struct store *store, const char *const *paths, const char *build,
			       gint64 since)
{
	g_autoptr(GPtrArray) headers = g_ptr_array_new();

	for (; *paths; paths++) {
		g_autofree char *clean = NULL;
		g_autofree char *name = NULL;
		const struct store_file *file;

		if (!g_path_is_absolute(*paths))
			return NULL;
		file = store_find_file(store, *paths, true);
		if (!file->readable || file->state.ctime >= since)
			return NULL;
		clean = store_clean(*paths);
		name = store_shorten(store, build, clean);
		g_ptr_array_add(headers, store_header(store, name, &file->hash));
	}
	return g_steal_pointer(&headers);
}

/* Adds the places where headers called so were looked for; false if there is one now. */
static bool add_missing(struct store *store, const struct store_search *search,
			const char *const *missing, const char *build, GPtrArray *headers)
{
	g_autoptr(GPtrArray) absent = g_ptr_array_new();

	for (; missing && *missing; missing++) {
		g_autoptr(GPtrArray) places = store_places(store, search, *missing, headers);

		for (guint i = 0; i < places->len; i++) {
			g_autofree char *clean = store_clean(places->pdata[i]);
			g_autofree char *name = store_shorten(store, build, clean);

			if (!access(clean, F_OK))
				return false;
			g_ptr_array_add(absent, store_header(store, name, &no_hash));
		}
	}
	for (guint i = 0; i < absent->len; i++)
		g_ptr_array_add(headers, absent->pdata[i]);
	return true;
}

/* Sorts headers, and keeps one of each. */
static void sort_headers(GPtrArray *headers)
{
	guint kept = 0;

	g_ptr_array_sort(headers, compare_headers);
	for (guint i = 0; i < headers->len; i++) {
		if (!kept || headers->pdata[kept - 1] != headers->pdata[i])
			headers->pdata[kept++] = headers->pdata[i];
	}
	g_ptr_array_set_size(headers, (int)kept);
}

/* Takes the row over. */
static void add_row(struct store *store, struct store_row *row)
{
	GPtrArray *rows = g_hash_table_lookup(store->rows, &row->key);

	if (!rows) {
		rows = g_ptr_array_new_with_free_func(row_free);
		g_hash_table_insert(store->rows, &row->key, rows);
	}
	g_ptr_array_add(rows, row);
	g_ptr_array_add(store->unwritten, row);
	store->unwritten_bytes += g_bytes_get_size(row->packed);
	if (store->unwritten_bytes > UNWRITTEN_MAX)
		store_commit(store);
}

/* What was asked and answered as a row; NULL if it cannot be told what was read. */
static struct store_row *make_row(struct store *store, const struct asked *asked, const char *path,
				  const char *const *flags, const char *build,
				  const char *const *headers, const char *const *missing)
{
	g_autofree char *absolute = g_build_filename(store->root, path, NULL);
	g_autofree char *directory = g_path_get_dirname(absolute);
	const struct store_file *file = store_find_file(store, absolute, true);
	g_autoptr(GPtrArray) found = NULL;
	struct store_search *search;
	struct store_row *row;

	/* Facts of a file that was written to meanwhile may be of either state. */
	if (!file->readable || file->state.ctime >= asked->since ||
	    !hash_equal(&asked->content, &file->hash))
		return NULL;
	found = find_headers(store, headers, build, asked->since);
	if (!found)
		return NULL;
	search = store_find_search(store, directory, flags, build);
	if (!add_missing(store, search, missing, build, found))
		return NULL;
	sort_headers(found);
	row = g_new0(struct store_row, 1);
	row->key = hash_key(&asked->question, &asked->content);
	row->headers = g_steal_pointer(&found);
	row->shadows = store_shadows(store, search, row->headers);
	return row;
}

void store_put(struct store *store, const char *path, const char *const *flags, const char *build,
	       const char *const *headers, const char *facts, gsize size)
{
	store_put_without(store, path, flags, build, headers, NULL, facts, size);
}

void store_put_without(struct store *store, const char *path, const char *const *flags,
		       const char *build, const char *const *headers, const char *const *missing,
		       const char *facts, gsize size)
{
	g_autofree char *clean = store_clean(build ? build : "");
	struct store_hash question = hash_question(store, path, flags, clean);
	const struct asked *asked = g_hash_table_lookup(store->asked, &question);
	struct store_row *row = NULL;

	/* Without a question, nothing is known of when the file was read. */
	if (asked)
		row = make_row(store, asked, path, flags, clean, headers, missing);
	if (row) {
		row->packed = pack_facts(facts, size);
		row->hash = store_hash_bytes(row->packed);
		row->size = size;
		note_served(store, asked, path, row->headers, &row->hash, size);
		add_row(store, row);
	} else {
		/* Where a missing one might come to be is not known without a row. */
		store_note_read(store, path, clean, missing && *missing ? NULL : headers);
	}
	g_hash_table_remove(store->asked, &question);
}

void store_note_read(struct store *store, const char *path, const char *build,
		     const char *const *headers)
{
	g_hash_table_add(store->unkept, g_strdup(path));
	store->untold |= !headers;
	for (; headers && *headers; headers++) {
		g_autofree char *clean = store_clean(*headers);
		g_autofree char *name = store_shorten(store, build, clean);

		if (g_str_has_prefix(name, "T:"))
			g_hash_table_add(store->unkept, g_strdup(name + 2));
	}
}

void store_remember(struct store *store, const char *question, const char *text, gsize size)
{
	struct store_row *row = g_new0(struct store_row, 1);

	row->key = hash_remembered(store, question);
	row->headers = g_ptr_array_new();
	row->packed = pack_facts(text, size);
	row->hash = store_hash_bytes(row->packed);
	row->size = size;
	add_row(store, row);
}

void store_commit(struct store *store)
{
	/* Rows that are written are found in the database from now on. */
	if (store->database && store_database_write(store->database) == STORE_OK)
		g_hash_table_remove_all(store->rows);
	g_ptr_array_set_size(store->unwritten, 0);
	store->unwritten_bytes = 0;
}

static int compare_served(gconstpointer a, gconstpointer b)
{
	const struct served *left = *(struct served *const *)a;
	const struct served *right = *(struct served *const *)b;
	int order = strcmp(left->path, right->path);

	if (!order)
		order = memcmp(&left->content, &right->content, sizeof(left->content));
	return order ? order : memcmp(&left->hash, &right->hash, sizeof(left->hash));
}

static int compare_contents(gconstpointer a, gconstpointer b)
{
	const struct store_header *left = *(struct store_header *const *)a;
	const struct store_header *right = *(struct store_header *const *)b;
	int order = strcmp(left->name, right->name);

	return order ? order : memcmp(&left->hash, &right->hash, sizeof(left->hash));
}

static void append_hash(GString *out, const struct store_hash *hash)
{
	for (guint i = 0; i < 8; i++)
		g_string_append_printf(out, "%02x", hash->bytes[i]);
}

bool store_knows_each_file(const struct store *store)
{
	return !store->untold;
}

void store_each_file(const struct store *store, void (*each)(const char *path, void *data),
		     void *data)
{
	GHashTableIter iter;
	gpointer path, value;

	g_hash_table_iter_init(&iter, store->unkept);
	while (g_hash_table_iter_next(&iter, &path, NULL))
		each(path, data);
	g_hash_table_iter_init(&iter, store->served);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct served *row = value;

		each(row->path, data);
		for (guint i = 0; i < row->headers->len; i++) {
			const struct store_header *header = g_ptr_array_index(row->headers, i);

			if (g_str_has_prefix(header->name, "T:"))
				each(header->name + 2, data);
		}
	}
}

void store_dump(const struct store *store, GString *out)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	g_autoptr(GPtrArray) headers = g_ptr_array_new();
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	GHashTableIter iter;
	gpointer served;

	g_hash_table_iter_init(&iter, store->served);
	while (g_hash_table_iter_next(&iter, NULL, &served))
		g_ptr_array_add(all, served);
	g_ptr_array_sort(all, compare_served);
	for (guint i = 0; i < all->len; i++) {
		const struct served *row = g_ptr_array_index(all, i);

		g_string_append_printf(out, "row %s ", row->path);
		append_hash(out, &row->content);
		g_string_append_printf(out, " headers %u facts ", row->headers->len);
		append_hash(out, &row->hash);
		g_string_append_printf(out, " %" G_GSIZE_FORMAT "\n", row->size);
		for (guint j = 0; j < row->headers->len; j++) {
			gpointer header = g_ptr_array_index(row->headers, j);

			if (g_hash_table_add(seen, header))
				g_ptr_array_add(headers, header);
		}
	}
	g_ptr_array_sort(headers, compare_contents);
	for (guint i = 0; i < headers->len; i++) {
		const struct store_header *header = g_ptr_array_index(headers, i);

		g_string_append_printf(out, "header %s ", header->name);
		append_hash(out, &header->hash);
		g_string_append_c(out, '\n');
	}
}
