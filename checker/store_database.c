// SPDX-License-Identifier: GPL-2.0-only
/*
 * The store's SQLite file as a whole: how it is made, opened, checked and set
 * aside.
 *
 * header	(name, hash) by id, which rows of manifest list
 * manifest	one extraction: key, headers, shadows, which facts
 * facts	size and hash of what is in packed
 * packed	facts, compressed
 * file		hashes of files by their state
 *
 * What could make wrong facts look right if a byte of it were damaged carries a
 * hash over itself, its seal, and is not used when that differs.
 *
 * A lock file is held while the file is opened, set aside or begun, so that no
 * other process opens it in between.  Otherwise SQLite's own locks do.
 */
#include "store_database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 0x70666e63 /* "pfnc" */
#define SCHEMA 1		  /* raised whenever the tables or their meaning change */
#define BUSY_MS 10000
#define LOCK_STEP_MS 10
#define LOCK_MS 10000 /* to wait for another process that opens the file */
#define OPEN_TRIES 3  /* files to set aside before giving up */

static const char *const schema[] = {
	/* Ids are used once only: what they stand for may be remembered. */
	"CREATE TABLE header (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, "
	"hash BLOB NOT NULL, seal BLOB NOT NULL, UNIQUE (name, hash))",
	"CREATE TABLE manifest (id INTEGER PRIMARY KEY, key BLOB NOT NULL, "
	"headers BLOB NOT NULL, shadows BLOB NOT NULL, facts INTEGER NOT NULL, "
	"seal BLOB NOT NULL, used INTEGER NOT NULL)",
	"CREATE INDEX manifest_key ON manifest (key)",
	"CREATE TABLE facts (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, "
	"size INTEGER NOT NULL, bytes INTEGER NOT NULL)",
	"CREATE TABLE packed (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
	"CREATE TABLE file (path TEXT PRIMARY KEY, size INTEGER NOT NULL, "
	"mtime INTEGER NOT NULL, inode INTEGER NOT NULL, ctime INTEGER NOT NULL, "
	"hash BLOB NOT NULL, written INTEGER NOT NULL) WITHOUT ROWID",
};

static const char *const statements[STATEMENTS] = {
	[BEGIN_READ] = "BEGIN",
	[BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[FIND_MANIFEST] = "SELECT manifest.id, headers, shadows, seal, used, facts, hash, size "
			  "FROM manifest LEFT JOIN facts ON facts.id = facts "
			  "WHERE key = ? ORDER BY manifest.id DESC",
	[FIND_HEADER] = "SELECT name, hash, seal FROM header WHERE id = ?",
	[FIND_FACTS] = "SELECT data FROM packed WHERE id = ?",
	[FIND_FILE] = "SELECT size, mtime, inode, ctime, hash FROM file WHERE path = ?",
	[INSERT_HEADER] = "INSERT INTO header (id, name, hash, seal) VALUES (?, ?, ?, ?)",
	[HEADER_ID] = "SELECT id FROM header WHERE name = ? AND hash = ?",
	[INSERT_FACTS] = "INSERT INTO facts (hash, size, bytes) VALUES (?, ?, ?)",
	[FACTS_ID] = "SELECT id FROM facts WHERE hash = ?",
	[INSERT_PACKED] = "INSERT OR REPLACE INTO packed (id, data) VALUES (?, ?)",
	[DELETE_SAME] = "DELETE FROM manifest WHERE key = ? AND headers = ? AND shadows = ?",
	[INSERT_MANIFEST] = "INSERT INTO manifest (key, headers, shadows, facts, seal, used) "
			    "VALUES (?, ?, ?, ?, ?, ?)",
	[DELETE_OLDEST] = "DELETE FROM manifest WHERE key = ?1 AND id NOT IN "
			  "(SELECT id FROM manifest WHERE key = ?1 ORDER BY id DESC LIMIT ?2)",
	[TOUCH_MANIFEST] = "UPDATE manifest SET used = ? WHERE id = ?",
	[INSERT_FILE] = "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?)",
};

enum store_status store_database_judge(int result)
{
	switch (result & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
		return STORE_OK;
	case SQLITE_DONE:
		return STORE_NONE;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
	case SQLITE_SCHEMA:
	case SQLITE_ERROR: /* a table that is not what it was */
	case SQLITE_MISMATCH:
	case SQLITE_CONSTRAINT:
		return STORE_DAMAGED;
	default:
		return STORE_FAILED;
	}
}

void store_database_cannot_write(struct store_database *database, const char *reason)
{
	if (!database->read_only)
		store_message(database->store,
			      "cannot write the store %s: %s: continuing without it",
			      database->path, reason);
	database->read_only = true;
}

enum store_status store_database_step(struct store_database *database, enum statement which)
{
	sqlite3_stmt *statement = database->statements[which];
	int result = sqlite3_step(statement);

	sqlite3_reset(statement);
	return result == SQLITE_DONE ? STORE_OK : store_database_judge(result);
}

/* Waits for the lock file; false when it cannot be had, as it says then. */
static bool take_lock(struct store_database *database)
{
	const char *reason = NULL;

	database->lock = open(database->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (database->lock < 0)
		reason = g_strerror(errno);
	for (int waited = 0; !reason && flock(database->lock, LOCK_EX | LOCK_NB) < 0;
	     waited += LOCK_STEP_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			reason = g_strerror(errno);
		else if (waited > LOCK_MS)
			reason = "another process keeps it locked";
		g_usleep(LOCK_STEP_MS * 1000);
	}
	if (!reason)
		return true;
	if (database->lock >= 0)
		close(database->lock);
	database->lock = -1;
	store_database_cannot_write(database, reason);
	return false;
}

static void drop_lock(struct store_database *database)
{
	if (database->lock >= 0)
		close(database->lock);
	database->lock = -1;
}

static void close_sqlite(struct store_database *database)
{
	for (int i = 0; i < STATEMENTS; i++) {
		sqlite3_finalize(database->statements[i]);
		database->statements[i] = NULL;
	}
	sqlite3_close(database->sqlite);
	database->sqlite = NULL;
	database->reading = false;
	g_hash_table_remove_all(database->by_id);
	g_hash_table_remove_all(database->touched);
}

int store_database_sql(struct store_database *database, const char *sql, gint64 *value)
{
	sqlite3_stmt *statement;
	int result = sqlite3_prepare_v2(database->sqlite, sql, -1, &statement, NULL);

	if (result != SQLITE_OK)
		return result;
	result = sqlite3_step(statement);
	if (result == SQLITE_ROW && value)
		*value = sqlite3_column_int64(statement, 0);
	result = sqlite3_finalize(statement);
	return result;
}

/* Whether the tables are those that this version makes. */
static int compare_schema(struct store_database *database, bool *same)
{
	static const char sql[] = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND "
				  "name <> 'sqlite_sequence' ORDER BY rowid";
	sqlite3_stmt *statement;
	int result = sqlite3_prepare_v2(database->sqlite, sql, -1, &statement, NULL);
	guint i = 0;

	if (result != SQLITE_OK)
		return result;
	*same = true;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(statement, 0);

		if (i >= G_N_ELEMENTS(schema) || g_strcmp0(text, schema[i]))
			*same = false;
		i++;
	}
	if (i != G_N_ELEMENTS(schema))
		*same = false;
	return sqlite3_finalize(statement);
}

/* Makes the tables in an empty file, all or none. */
static int make_tables(struct store_database *database)
{
	g_autoptr(GString) sql = g_string_new("BEGIN IMMEDIATE;");

	for (guint i = 0; i < G_N_ELEMENTS(schema); i++)
		g_string_append_printf(sql, "%s;", schema[i]);
	g_string_append_printf(sql, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
			       APPLICATION_ID, SCHEMA);
	return sqlite3_exec(database->sqlite, sql->str, NULL, NULL, NULL);
}

/*
 * Looks at a file that SQLite has opened.  *reason says why it cannot be used, if
 * that is not for SQLite to say.
 */
static int check_file(struct store_database *database, const char **reason)
{
	gint64 application = 0, version = 0, tables = 0;
	bool same = true;
	int result;

	result = store_database_sql(database, "PRAGMA application_id", &application);
	if (result == SQLITE_OK)
		result = store_database_sql(database, "PRAGMA user_version", &version);
	if (result == SQLITE_OK)
		result =
			store_database_sql(database, "SELECT COUNT(*) FROM sqlite_schema", &tables);
	if (result != SQLITE_OK)
		return result;
	if (!application && !version && !tables) {
		result = store_database_sql(database, "PRAGMA journal_mode = WAL", NULL);
		return result == SQLITE_OK ? make_tables(database) : result;
	}
	if (application != APPLICATION_ID)
		*reason = "it belongs to another program";
	else if (version != SCHEMA)
		*reason = version > SCHEMA ? "it was made by a newer version" :
					     "it was made by an older version";
	if (*reason)
		return SQLITE_OK;
	result = compare_schema(database, &same);
	if (result == SQLITE_OK && !same)
		*reason = "its tables are not ours";
	return result;
}

/* Opens the file under the lock.  *reason is a string that need not be freed. */
static enum store_status open_file(struct store_database *database, const char **reason)
{
	struct stat stat_buf;
	int result;

	*reason = NULL;
	if (stat(database->path, &stat_buf) == 0 && !S_ISREG(stat_buf.st_mode)) {
		*reason = "it is not a regular file";
		return STORE_DAMAGED;
	}
	result = sqlite3_open_v2(database->path, &database->sqlite,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
				 NULL);
	if (result == SQLITE_OK) {
		sqlite3_extended_result_codes(database->sqlite, 1);
		sqlite3_busy_timeout(database->sqlite, BUSY_MS);
		/* Whatever else such a file may hold, it does nothing. */
		sqlite3_db_config(database->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(database->sqlite, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
		sqlite3_db_config(database->sqlite, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
		sqlite3_db_config(database->sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		result = check_file(database, reason);
	}
	if (*reason)
		return STORE_DAMAGED;
	if (result == SQLITE_OK)
		result = store_database_sql(database, "PRAGMA journal_mode = WAL", NULL);
	if (result == SQLITE_OK)
		result = store_database_sql(database, "PRAGMA synchronous = NORMAL", NULL);
	if (result == SQLITE_OK)
		result = store_database_sql(database, "PRAGMA journal_size_limit = 8388608", NULL);
	for (int i = 0; i < STATEMENTS && result == SQLITE_OK; i++)
		result = sqlite3_prepare_v3(database->sqlite, statements[i], -1,
					    SQLITE_PREPARE_PERSISTENT, &database->statements[i],
					    NULL);
	if (result != SQLITE_OK) {
		*reason = sqlite3_errstr(result);
		return store_database_judge(result);
	}
	if (stat(database->path, &stat_buf) < 0) {
		*reason = g_strerror(errno);
		return STORE_FAILED;
	}
	database->device = stat_buf.st_dev;
	database->inode = stat_buf.st_ino;
	return STORE_OK;
}

/* Renames the file, with what SQLite keeps beside it; false with errno. */
static bool set_aside(struct store_database *database, const char *reason)
{
	static const char *const tails[] = { "", "-wal", "-shm" };
	g_autofree char *aside = NULL;

	for (guint n = 1; !aside; n++) {
		aside = g_strdup_printf("%s.damaged-%u", database->path, n);
		if (g_file_test(aside, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
			g_clear_pointer(&aside, g_free);
	}
	for (guint i = 0; i < G_N_ELEMENTS(tails); i++) {
		g_autofree char *from = g_strconcat(database->path, tails[i], NULL);
		g_autofree char *to = g_strconcat(aside, tails[i], NULL);

		if (rename(from, to) < 0 && (i == 0 || errno != ENOENT))
			return false;
	}
	store_message(database->store,
		      "%s cannot be trusted (%s): set aside as %s, a new one begun", database->path,
		      reason, aside);
	return true;
}

/* Opens the file or a new one; leaves sqlite NULL and says so when there can be none. */
static void open_database(struct store_database *database)
{
	enum store_status status = STORE_DAMAGED;
	const char *reason = NULL;

	if (!take_lock(database))
		return;
	for (int i = 0; i < OPEN_TRIES && status == STORE_DAMAGED; i++) {
		status = open_file(database, &reason);
		if (status == STORE_OK)
			break;
		close_sqlite(database);
		if (status == STORE_DAMAGED && !set_aside(database, reason)) {
			reason = g_strerror(errno);
			status = STORE_FAILED;
		}
	}
	drop_lock(database);
	if (status != STORE_OK)
		store_database_cannot_write(database, reason);
}

struct store_database *store_database_open(struct store *store, const char *directory)
{
	struct store_database *database = g_new0(struct store_database, 1);

	database->store = store;
	database->lock = -1;
	database->path = g_build_filename(directory, STORE_FILE, NULL);
	database->lock_path = g_strconcat(database->path, ".lock", NULL);
	database->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	database->ids = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	database->touched = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	open_database(database);
	if (database->sqlite)
		return database;
	store_database_close(database);
	return NULL;
}

void store_database_close(struct store_database *database)
{
	if (!database)
		return;
	close_sqlite(database);
	g_hash_table_destroy(database->by_id);
	g_hash_table_destroy(database->ids);
	g_hash_table_destroy(database->touched);
	g_free(database->path);
	g_free(database->lock_path);
	g_free(database);
}

void store_database_replace(struct store_database *database, const char *reason)
{
	struct stat stat_buf;

	store_database_done(database);
	close_sqlite(database);
	if (!take_lock(database))
		return;
	/* Another process may have been faster. */
	if (stat(database->path, &stat_buf) == 0 && stat_buf.st_dev == database->device &&
	    stat_buf.st_ino == database->inode && !set_aside(database, reason))
		store_database_cannot_write(database, g_strerror(errno));
	drop_lock(database);
	if (!database->read_only)
		open_database(database);
}
