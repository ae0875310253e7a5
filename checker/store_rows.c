// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rows of the store's SQLite file: how they are found, written and dropped.
 * store_database.c has the tables.
 */
#include "store_database.h"

#include <string.h>

#define BUSY_TRIES 3
#define STAMP_SECONDS 3600 /* how old a row's stamp gets before it is renewed */
#define MANIFESTS_MAX 16   /* rows of one key */
#define FILES_MAX 100000   /* rows of the table file */

/* Keeps the rows used last, as long as they and their facts take ?1 bytes. */
static const char drop_manifests[] =
	"WITH cost AS (SELECT manifest.id, used, LENGTH(headers) + IIF(ROW_NUMBER() OVER "
	"(PARTITION BY facts ORDER BY used DESC, manifest.id DESC) = 1, bytes, 0) AS bytes "
	"FROM manifest JOIN facts ON facts.id = facts), "
	"running AS (SELECT id, SUM(bytes) OVER (ORDER BY used DESC, id DESC) AS total FROM cost) "
	"DELETE FROM manifest WHERE id IN (SELECT id FROM running WHERE total > ?1)";

static void bind_hash(sqlite3_stmt *statement, int index, const struct store_hash *hash)
{
	sqlite3_bind_blob(statement, index, hash->bytes, sizeof(hash->bytes), SQLITE_STATIC);
}

static void bind_bytes(sqlite3_stmt *statement, int index, const void *bytes, gsize size)
{
	sqlite3_bind_blob64(statement, index, size ? bytes : "", size, SQLITE_STATIC);
}

/* False if the column is no hash. */
static bool column_hash(sqlite3_stmt *statement, int column, struct store_hash *hash)
{
	const void *bytes = sqlite3_column_blob(statement, column);

	if (!bytes || sqlite3_column_bytes(statement, column) != sizeof(hash->bytes))
		return false;
	memcpy(hash->bytes, bytes, sizeof(hash->bytes));
	return true;
}

static bool same_hash(const struct store_hash *a, const struct store_hash *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static gint64 seconds_now(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

static struct store_hash seal_header(const char *name, const struct store_hash *hash, gint64 id)
{
	return store_hash_parts(name, strlen(name), hash, sizeof(*hash), &id, sizeof(id), NULL);
}

static struct store_hash seal_manifest(const struct store_hash *key, const void *headers,
				       gsize size, const struct store_hash *shadows,
				       const struct store_hash *facts, gint64 facts_size)
{
	return store_hash_parts(key, sizeof(*key), size ? headers : "", size, shadows,
				sizeof(*shadows), facts, sizeof(*facts), &facts_size,
				sizeof(facts_size), NULL);
}

/* STORE_FAILED is said once; everything is passed on. */
static enum store_status note_status(struct store_database *database, enum store_status status)
{
	if (status == STORE_FAILED && !database->complained) {
		store_message(database->store, "cannot read the store %s: %s", database->path,
			      sqlite3_errmsg(database->sqlite));
		database->complained = true;
	}
	return status;
}

enum store_status store_database_find(struct store_database *database, const struct store_hash *key)
{
	enum store_status status;

	if (!database->sqlite)
		return STORE_NONE;
	/* One state of the file for the row, its headers and its facts. */
	status = store_database_step(database, BEGIN_READ);
	if (status != STORE_OK)
		return note_status(database, status);
	database->reading = true;
	database->key = *key;
	bind_hash(database->statements[FIND_MANIFEST], 1, &database->key);
	return STORE_OK;
}

void store_database_done(struct store_database *database)
{
	if (!database->reading)
		return;
	database->reading = false;
	sqlite3_reset(database->statements[FIND_MANIFEST]);
	store_database_step(database, COMMIT);
}

/* The header with that id. */
static enum store_status find_header(struct store_database *database, gint64 id,
				     struct store_header **header)
{
	sqlite3_stmt *statement = database->statements[FIND_HEADER];
	struct store_hash hash, seal, right;
	const char *name;
	int result;

	*header = g_hash_table_lookup(database->by_id, &id);
	if (*header)
		return STORE_OK;
	sqlite3_bind_int64(statement, 1, id);
	result = sqlite3_step(statement);
	if (result == SQLITE_ROW) {
		name = (const char *)sqlite3_column_text(statement, 0);
		if (name && column_hash(statement, 1, &hash) && column_hash(statement, 2, &seal) &&
		    strlen(name) > 2) {
			right = seal_header(name, &hash, id);
			if (same_hash(&seal, &right))
				*header = store_header(database->store, name, &hash);
		}
	}
	sqlite3_reset(statement);
	if (store_database_judge(result) == STORE_FAILED)
		return STORE_FAILED;
	if (!*header)
		return STORE_DAMAGED;
	g_hash_table_insert(database->by_id, g_memdup2(&id, sizeof(id)), *header);
	return STORE_OK;
}

/* Lists of ids are kept as differences, seven bits a byte, the last byte below 128. */
static void append_number(GByteArray *bytes, guint64 number)
{
	guint8 byte;

	for (; number >= 128; number >>= 7) {
		byte = (guint8)(number | 128);
		g_byte_array_append(bytes, &byte, 1);
	}
	byte = (guint8)number;
	g_byte_array_append(bytes, &byte, 1);
}

/* The number at *at, which moves behind it; false at the end or if there is none. */
static bool next_number(const guint8 *bytes, gsize size, gsize *at, guint64 *number)
{
	*number = 0;
	for (guint shift = 0; *at < size && shift < 63; shift += 7) {
		guint8 byte = bytes[(*at)++];

		*number |= (guint64)(byte & 127) << shift;
		if (byte < 128)
			return true;
	}
	return false;
}

/* The headers of a list of ids, in a new array. */
static enum store_status find_headers(struct store_database *database, const guint8 *bytes,
				      gsize size, GPtrArray **headers)
{
	enum store_status status = STORE_OK;
	guint64 difference;
	gint64 id = 0;
	gsize at = 0;

	*headers = g_ptr_array_new();
	while (status == STORE_OK && at < size) {
		struct store_header *header = NULL;

		if (!next_number(bytes, size, &at, &difference))
			return STORE_DAMAGED;
		id += (gint64)difference;
		status = find_header(database, id, &header);
		if (header)
			g_ptr_array_add(*headers, header);
	}
	return status;
}

enum store_status store_database_next(struct store_database *database, struct store_found *found)
{
	sqlite3_stmt *statement = database->statements[FIND_MANIFEST];
	enum store_status status = store_database_judge(sqlite3_step(statement));
	struct store_hash seal, right;
	const void *headers;
	gsize size;

	if (status != STORE_OK)
		return note_status(database, status);
	found->id = sqlite3_column_int64(statement, 0);
	found->used = sqlite3_column_int64(statement, 4);
	found->facts = sqlite3_column_int64(statement, 5);
	found->size = (gsize)sqlite3_column_int64(statement, 7);
	headers = sqlite3_column_blob(statement, 1);
	size = (gsize)sqlite3_column_bytes(statement, 1);
	if (!column_hash(statement, 2, &found->shadows) || !column_hash(statement, 3, &seal) ||
	    !column_hash(statement, 6, &found->hash))
		return STORE_DAMAGED;
	right = seal_manifest(&database->key, headers, size, &found->shadows, &found->hash,
			      (gint64)found->size);
	if (!same_hash(&seal, &right))
		return STORE_DAMAGED;
	return note_status(database, find_headers(database, headers, size, &found->headers));
}

enum store_status store_database_facts(struct store_database *database,
				       const struct store_found *found, GBytes **packed)
{
	sqlite3_stmt *statement = database->statements[FIND_FACTS];
	enum store_status status;
	struct store_hash hash;
	const void *bytes;
	gsize size;

	sqlite3_bind_int64(statement, 1, found->facts);
	status = store_database_judge(sqlite3_step(statement));
	if (status == STORE_OK) {
		bytes = sqlite3_column_blob(statement, 0);
		size = (gsize)sqlite3_column_bytes(statement, 0);
		*packed = g_bytes_new(bytes, size);
		hash = store_hash_bytes(*packed);
		if (!same_hash(&hash, &found->hash))
			status = STORE_DAMAGED;
	} else if (status == STORE_NONE) {
		status = STORE_DAMAGED;
	}
	sqlite3_reset(statement);
	return note_status(database, status);
}

void store_database_touch(struct store_database *database, const struct store_found *found)
{
	if (seconds_now() - found->used >= STAMP_SECONDS)
		g_hash_table_add(database->touched, g_memdup2(&found->id, sizeof(found->id)));
}

enum store_status store_database_state(struct store_database *database, const char *path,
				       const struct file_state *state, struct store_hash *hash)
{
	sqlite3_stmt *statement = database->statements[FIND_FILE];
	enum store_status status;

	if (!database->sqlite)
		return STORE_NONE;
	sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
	status = store_database_judge(sqlite3_step(statement));
	if (status == STORE_OK && (sqlite3_column_int64(statement, 0) != state->size ||
				   sqlite3_column_int64(statement, 1) != state->mtime ||
				   sqlite3_column_int64(statement, 2) != state->inode ||
				   sqlite3_column_int64(statement, 3) != state->ctime ||
				   !column_hash(statement, 4, hash)))
		status = STORE_NONE;
	sqlite3_reset(statement);
	/* Damage is found again, and seen to, where rows are looked for. */
	return note_status(database, status);
}

/* The id of a header in the file, where it is put if need be. */
static enum store_status write_header(struct store_database *database, struct store_header *header,
				      gint64 *id)
{
	sqlite3_stmt *statement = database->statements[HEADER_ID];
	const gint64 *known = g_hash_table_lookup(database->ids, header);
	enum store_status status = STORE_OK;
	struct store_hash seal;

	if (known) {
		*id = *known;
		return STORE_OK;
	}
	sqlite3_bind_text(statement, 1, header->name, -1, SQLITE_STATIC);
	bind_hash(statement, 2, &header->hash);
	status = store_database_judge(sqlite3_step(statement));
	*id = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	if (status == STORE_NONE) {
		*id = ++database->last_id;
		seal = seal_header(header->name, &header->hash, *id);
		statement = database->statements[INSERT_HEADER];
		sqlite3_bind_int64(statement, 1, *id);
		sqlite3_bind_text(statement, 2, header->name, -1, SQLITE_STATIC);
		bind_hash(statement, 3, &header->hash);
		bind_hash(statement, 4, &seal);
		status = store_database_step(database, INSERT_HEADER);
	}
	if (status == STORE_OK)
		g_hash_table_insert(database->ids, header, g_memdup2(id, sizeof(*id)));
	return status;
}

static int compare_ids(gconstpointer a, gconstpointer b)
{
	gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

	return left < right ? -1 : left > right;
}

/* The headers of a row as a list of ids. */
static enum store_status write_headers(struct store_database *database, const GPtrArray *headers,
				       GByteArray *list)
{
	g_autoptr(GArray) ids = g_array_sized_new(FALSE, FALSE, sizeof(gint64), headers->len);
	enum store_status status = STORE_OK;
	gint64 last = 0;

	for (guint i = 0; i < headers->len && status == STORE_OK; i++) {
		gint64 id = 0;

		status = write_header(database, g_ptr_array_index(headers, i), &id);
		g_array_append_val(ids, id);
	}
	g_array_sort(ids, compare_ids);
	for (guint i = 0; i < ids->len; i++) {
		gint64 id = g_array_index(ids, gint64, i);

		append_number(list, (guint64)(id - last));
		last = id;
	}
	return status;
}

/* The id of the row's facts, which are written if need be. */
static enum store_status write_facts(struct store_database *database, const struct store_row *row,
				     gint64 *id)
{
	sqlite3_stmt *statement = database->statements[FACTS_ID];
	enum store_status status;
	const void *bytes;
	gsize size;

	bind_hash(statement, 1, &row->hash);
	status = store_database_judge(sqlite3_step(statement));
	*id = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	if (status != STORE_NONE)
		return status;
	bytes = g_bytes_get_data(row->packed, &size);
	statement = database->statements[INSERT_FACTS];
	bind_hash(statement, 1, &row->hash);
	sqlite3_bind_int64(statement, 2, (gint64)row->size);
	sqlite3_bind_int64(statement, 3, (gint64)size);
	status = store_database_step(database, INSERT_FACTS);
	if (status != STORE_OK)
		return status;
	*id = sqlite3_last_insert_rowid(database->sqlite);
	statement = database->statements[INSERT_PACKED];
	sqlite3_bind_int64(statement, 1, *id);
	bind_bytes(statement, 2, bytes, size);
	return store_database_step(database, INSERT_PACKED);
}

static enum store_status write_row(struct store_database *database, const struct store_row *row)
{
	g_autoptr(GByteArray) list = g_byte_array_new();
	enum store_status status;
	sqlite3_stmt *statement;
	struct store_hash seal;
	gint64 facts = 0;

	status = write_headers(database, row->headers, list);
	if (status == STORE_OK)
		status = write_facts(database, row, &facts);
	if (status != STORE_OK)
		return status;

	statement = database->statements[DELETE_SAME];
	bind_hash(statement, 1, &row->key);
	bind_bytes(statement, 2, list->data, list->len);
	bind_hash(statement, 3, &row->shadows);
	status = store_database_step(database, DELETE_SAME);
	if (status != STORE_OK)
		return status;

	seal = seal_manifest(&row->key, list->data, list->len, &row->shadows, &row->hash,
			     (gint64)row->size);
	statement = database->statements[INSERT_MANIFEST];
	bind_hash(statement, 1, &row->key);
	bind_bytes(statement, 2, list->data, list->len);
	bind_hash(statement, 3, &row->shadows);
	sqlite3_bind_int64(statement, 4, facts);
	bind_hash(statement, 5, &seal);
	sqlite3_bind_int64(statement, 6, seconds_now());
	status = store_database_step(database, INSERT_MANIFEST);
	if (status != STORE_OK)
		return status;

	statement = database->statements[DELETE_OLDEST];
	bind_hash(statement, 1, &row->key);
	sqlite3_bind_int(statement, 2, MANIFESTS_MAX);
	return store_database_step(database, DELETE_OLDEST);
}

static enum store_status write_state(struct store_database *database, const struct store_file *file)
{
	sqlite3_stmt *statement = database->statements[INSERT_FILE];

	/* It may have changed since it was noted. */
	if (!file->readable || file->recent)
		return STORE_OK;
	sqlite3_bind_text(statement, 1, file->path, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, file->state.size);
	sqlite3_bind_int64(statement, 3, file->state.mtime);
	sqlite3_bind_int64(statement, 4, file->state.inode);
	sqlite3_bind_int64(statement, 5, file->state.ctime);
	bind_hash(statement, 6, &file->hash);
	sqlite3_bind_int64(statement, 7, seconds_now());
	return store_database_step(database, INSERT_FILE);
}

static enum store_status write_stamps(struct store_database *database)
{
	sqlite3_stmt *statement = database->statements[TOUCH_MANIFEST];
	enum store_status status = STORE_OK;
	GHashTableIter iter;
	gpointer id;

	g_hash_table_iter_init(&iter, database->touched);
	while (status == STORE_OK && g_hash_table_iter_next(&iter, &id, NULL)) {
		sqlite3_bind_int64(statement, 1, seconds_now());
		sqlite3_bind_int64(statement, 2, *(gint64 *)id);
		status = store_database_step(database, TOUCH_MANIFEST);
	}
	return status;
}

/* Runs SQL with a number for ?1, if it has one. */
static enum store_status run_with(struct store_database *database, const char *sql, gint64 number)
{
	sqlite3_stmt *statement;
	int result = sqlite3_prepare_v2(database->sqlite, sql, -1, &statement, NULL);

	if (result != SQLITE_OK)
		return store_database_judge(result);
	if (sqlite3_bind_parameter_count(statement))
		sqlite3_bind_int64(statement, 1, number);
	sqlite3_step(statement);
	return store_database_judge(sqlite3_finalize(statement));
}

/* Adds the ids of all headers that some manifest lists. */
static enum store_status collect_used(struct store_database *database, GHashTable *used)
{
	sqlite3_stmt *statement;
	int result = sqlite3_prepare_v2(database->sqlite, "SELECT headers FROM manifest", -1,
					&statement, NULL);

	if (result != SQLITE_OK)
		return store_database_judge(result);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const guint8 *bytes = sqlite3_column_blob(statement, 0);
		gsize size = (gsize)sqlite3_column_bytes(statement, 0);
		guint64 difference;
		gint64 id = 0;
		gsize at = 0;

		while (next_number(bytes, size, &at, &difference)) {
			id += (gint64)difference;
			if (!g_hash_table_contains(used, &id))
				g_hash_table_add(used, g_memdup2(&id, sizeof(id)));
		}
	}
	return store_database_judge(sqlite3_finalize(statement));
}

static enum store_status drop_headers(struct store_database *database)
{
	g_autoptr(GHashTable) used =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	g_autoptr(GArray) unused = g_array_new(FALSE, FALSE, sizeof(gint64));
	enum store_status status = collect_used(database, used);
	sqlite3_stmt *statement;
	int result;

	if (status != STORE_OK)
		return status;
	result =
		sqlite3_prepare_v2(database->sqlite, "SELECT id FROM header", -1, &statement, NULL);
	if (result != SQLITE_OK)
		return store_database_judge(result);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		gint64 id = sqlite3_column_int64(statement, 0);

		if (!g_hash_table_contains(used, &id))
			g_array_append_val(unused, id);
	}
	status = store_database_judge(sqlite3_finalize(statement));
	for (guint i = 0; i < unused->len && status == STORE_OK; i++)
		status = run_with(database, "DELETE FROM header WHERE id = ?1",
				  g_array_index(unused, gint64, i));
	return status;
}

/* Drops what was not used for longest, if there is too much. */
static enum store_status drop_old(struct store_database *database)
{
	gint64 limit = (gint64)MIN(database->store->limit, (guint64)G_MAXINT64);
	gint64 bytes = 0, files = 0;
	enum store_status status;
	int result;

	result = store_database_sql(database,
				    "SELECT CAST((SELECT TOTAL(bytes) FROM facts) + "
				    "(SELECT TOTAL(LENGTH(headers)) FROM manifest) AS INTEGER)",
				    &bytes);
	if (result == SQLITE_OK)
		result = store_database_sql(database, "SELECT COUNT(*) FROM file", &files);
	status = store_database_judge(result);
	if (status == STORE_OK && files > FILES_MAX)
		status = run_with(database,
				  "DELETE FROM file WHERE path NOT IN (SELECT path FROM file "
				  "ORDER BY written DESC LIMIT ?1)",
				  FILES_MAX / 4 * 3);
	if (status != STORE_OK || bytes <= limit)
		return status;
	/* To well below the limit, so that this does not come up at every commit. */
	status = run_with(database, drop_manifests, limit / 4 * 3);
	if (status == STORE_OK)
		status = run_with(database,
				  "DELETE FROM facts WHERE id NOT IN (SELECT facts FROM manifest)",
				  0);
	if (status == STORE_OK)
		status = run_with(database,
				  "DELETE FROM packed WHERE id NOT IN (SELECT id FROM facts)", 0);
	if (status == STORE_OK)
		status = drop_headers(database);
	return status;
}

/* Everything that is to be written, within a transaction. */
static enum store_status write_all(struct store_database *database)
{
	const struct store *store = database->store;
	enum store_status status;

	g_hash_table_remove_all(database->ids);
	database->last_id = 0;
	status = store_database_judge(store_database_sql(
		database, "SELECT seq FROM sqlite_sequence WHERE name = 'header'",
		&database->last_id));
	for (guint i = 0; i < store->unwritten->len && status == STORE_OK; i++)
		status = write_row(database, g_ptr_array_index(store->unwritten, i));
	for (guint i = 0; i < store->states->len && status == STORE_OK; i++)
		status = write_state(database, g_ptr_array_index(store->states, i));
	if (status == STORE_OK)
		status = write_stamps(database);
	if (status == STORE_OK)
		status = drop_old(database);
	return status;
}

/* One try at a whole transaction; on failure *reason says why. */
static enum store_status try_write(struct store_database *database, char **reason)
{
	enum store_status status = STORE_FAILED;

	for (int i = 0; i < BUSY_TRIES && status == STORE_FAILED; i++) {
		status = store_database_step(database, BEGIN_WRITE);
		if (status == STORE_FAILED && sqlite3_errcode(database->sqlite) != SQLITE_BUSY)
			break;
	}
	if (status == STORE_OK)
		status = write_all(database);
	if (status == STORE_OK)
		status = store_database_step(database, COMMIT);
	if (status == STORE_OK)
		return STORE_OK;
	*reason = g_strdup(sqlite3_errmsg(database->sqlite));
	if (!sqlite3_get_autocommit(database->sqlite))
		store_database_step(database, ROLLBACK);
	return status;
}

enum store_status store_database_write(struct store_database *database)
{
	struct store *store = database->store;
	enum store_status status = STORE_DAMAGED;

	if (!store->unwritten->len && !store->states->len && !g_hash_table_size(database->touched))
		return STORE_OK;
	for (int i = 0; i < 2 && status == STORE_DAMAGED; i++) {
		g_autofree char *reason = NULL;

		status = STORE_FAILED;
		if (!database->sqlite || database->read_only)
			break;
		status = try_write(database, &reason);
		if (status == STORE_DAMAGED && i == 0)
			store_database_replace(database, reason);
		else if (status != STORE_OK)
			store_database_cannot_write(database, reason);
	}
	for (guint i = 0; i < store->states->len; i++)
		((struct store_file *)g_ptr_array_index(store->states, i))->to_be_written = false;
	g_ptr_array_set_size(store->states, 0);
	g_hash_table_remove_all(database->touched);
	return status;
}
