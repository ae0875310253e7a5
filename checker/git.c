// SPDX-License-Identifier: GPL-2.0-only
/*
 * git: runs the git program with an environment of our own.
 */
#include "git.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>

#include "git_private.h"

/* Objects that patches made are kept for so long: a snapshot may hold their tree. */
#define OBJECT_SECONDS (30 * 24 * 60 * 60)

G_DEFINE_QUARK(pfncheck_git_error, git_error)

/*
 * Settings that go before those of the repository and of its user: nothing is
 * fetched, run or rewritten on the way, and what is printed does not depend on taste.
 */
static const char *const settings[][2] = {
	{ "protocol.allow", "never" },		{ "core.hooksPath", "/dev/null" },
	{ "core.fsmonitor", "false" },		{ "core.untrackedCache", "false" },
	{ "core.attributesFile", "/dev/null" }, { "core.autocrlf", "false" },
	{ "core.quotePath", "true" },		{ "core.commitGraph", "true" },
	{ "apply.whitespace", "nowarn" },	{ "apply.ignoreWhitespace", "no" },
	{ "log.showSignature", "false" },	{ "gc.auto", "0" },
};

/* A path for an environment variable that takes several, quoted as git does. */
static void append_path(GString *list, const char *path)
{
	if (list->len)
		g_string_append_c(list, ':');
	g_string_append_c(list, '"');
	for (const char *c = path; *c; c++) {
		if (*c == '"' || *c == '\\')
			g_string_append_c(list, '\\');
		g_string_append_c(list, *c);
	}
	g_string_append_c(list, '"');
}

/* The first line that git meant, without its "fatal: ". */
static char *complaint(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
	const char *said = "git failed without a word";

	for (char **line = lines; *line; line++) {
		static const char *const marks[] = { "fatal: ", "error: " };
		bool marked = false;

		for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
			if (g_str_has_prefix(*line, marks[i])) {
				said = *line + strlen(marks[i]);
				marked = true;
			}
		}
		if (marked)
			break;
		if (**line)
			said = *line;
	}
	return g_utf8_make_valid(said, -1);
}

GSubprocess *git_spawn(struct git *git, GSubprocessFlags flags, const char *input,
		       const char *const *arguments, GError **error)
{
	/*
	 * With these flags and without a directory to change to, nothing of this process has
	 * to be copied for the new one.  All that we open is closed on exec.
	 */
	g_autoptr(GSubprocessLauncher) launcher =
		g_subprocess_launcher_new(flags | G_SUBPROCESS_FLAGS_INHERIT_FDS);
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	GSubprocess *process;

	g_subprocess_launcher_set_environ(launcher, git->environment);
	if (input)
		g_subprocess_launcher_set_stdin_file_path(launcher, input);
	g_ptr_array_add(argv, (void *)"git");
	if (git->directory) {
		g_ptr_array_add(argv, (void *)"-C");
		g_ptr_array_add(argv, (void *)git->directory);
	}
	for (const char *const *argument = arguments; *argument; argument++)
		g_ptr_array_add(argv, (void *)*argument);
	g_ptr_array_add(argv, NULL);
	process = g_subprocess_launcher_spawnv(launcher, (const char *const *)argv->pdata, error);
	if (!process)
		g_prefix_error(error, "cannot run git: ");
	return process;
}

char *git_run(struct git *git, const char *input, const char *const *arguments, gsize *size,
	      enum git_error code, GError **error)
{
	GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE;
	g_autoptr(GSubprocess) process = git_spawn(git, flags, input, arguments, error);
	g_autoptr(GBytes) out = NULL;
	g_autoptr(GBytes) err = NULL;
	g_autoptr(GString) text = g_string_new(NULL);

	if (!process || !g_subprocess_communicate(process, NULL, NULL, &out, &err, error))
		return NULL;
	if (!g_subprocess_get_successful(process)) {
		g_autofree char *message = NULL;
		g_autofree char *said = NULL;

		g_string_append_len(text, g_bytes_get_data(err, NULL),
				    (gssize)g_bytes_get_size(err));
		said = complaint(text->str);
		message = g_strdup_printf("git %s: %s", arguments[0], said);
		g_set_error_literal(error, GIT_ERROR, (gint)code, message);
		return NULL;
	}
	g_string_append_len(text, g_bytes_get_data(out, NULL), (gssize)g_bytes_get_size(out));
	if (size)
		*size = text->len;
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* One line that git prints, without its end. */
static char *git_line(struct git *git, enum git_error code, GError **error,
		      const char *const *arguments)
{
	char *text = git_run(git, NULL, arguments, NULL, code, error);

	return text ? g_strchomp(text) : NULL;
}

#define LINE(git, code, error, ...) \
	git_line(git, code, error, (const char *const[]){ __VA_ARGS__, NULL })

/* What git is told from here on; objects is where the repository has its own. */
static void set_environment(struct git *git, const char *repository, const char *objects)
{
	g_auto(GStrv) names = g_listenv();
	g_autofree char *others =
		g_strdup(g_environ_getenv(git->environment, "GIT_ALTERNATE_OBJECT_DIRECTORIES"));
	g_autofree char *own = g_build_filename(git->scratch, "objects", NULL);
	g_autofree char *count = g_strdup_printf("%zu", G_N_ELEMENTS(settings));
	g_autoptr(GString) alternates = g_string_new(NULL);

	for (char **name = names; *name; name++) {
		if (g_str_has_prefix(*name, "GIT_"))
			git->environment = g_environ_unsetenv(git->environment, *name);
	}
	append_path(alternates, objects);
	if (others)
		g_string_append_printf(alternates, ":%s", others);
	g_mkdir_with_parents(own, 0777);
#define SET(name, value) git->environment = g_environ_setenv(git->environment, name, value, TRUE)
	SET("GIT_DIR", repository);
	SET("GIT_OBJECT_DIRECTORY", own);
	SET("GIT_ALTERNATE_OBJECT_DIRECTORIES", alternates->str);
	SET("GIT_OPTIONAL_LOCKS", "0");
	SET("GIT_TERMINAL_PROMPT", "0");
	SET("GIT_NO_LAZY_FETCH", "1");
	/* No protocol, whatever settings of single ones say. */
	SET("GIT_ALLOW_PROTOCOL", "");
	SET("GIT_ATTR_NOSYSTEM", "1");
	SET("GIT_CONFIG_COUNT", count);
	for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
		g_autofree char *key = g_strdup_printf("GIT_CONFIG_KEY_%zu", i);
		g_autofree char *value = g_strdup_printf("GIT_CONFIG_VALUE_%zu", i);

		SET(key, settings[i][0]);
		SET(value, settings[i][1]);
	}
#undef SET
}

/* Removes objects of ours that nobody will ask for any more. */
static void prune_objects(const struct git *git)
{
	g_autofree char *own = g_build_filename(git->scratch, "objects", NULL);
	g_autoptr(GDir) all = g_dir_open(own, 0, NULL);
	const gint64 oldest = g_get_real_time() / G_USEC_PER_SEC - OBJECT_SECONDS;
	const char *name;

	while (all && (name = g_dir_read_name(all))) {
		g_autofree char *path = g_build_filename(own, name, NULL);
		g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
		const char *object;

		while (directory && (object = g_dir_read_name(directory))) {
			g_autofree char *file = g_build_filename(path, object, NULL);
			struct stat st;

			if (!lstat(file, &st) && S_ISREG(st.st_mode) && st.st_mtime < oldest)
				unlink(file);
		}
	}
}

/* Without what names a repository. */
static char **without_repository(char **environment)
{
	static const char *const names[] = {
		"GIT_DIR",	  "GIT_COMMON_DIR",	  "GIT_WORK_TREE",
		"GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		environment = g_environ_unsetenv(environment, names[i]);
	return environment;
}

/*
 * The repository that the directory is in.  A hook has GIT_DIR set, for where it was
 * started: that counts if it is the same one, since what is being pushed may stand in object
 * directories that are set with it, and in that directory itself.
 */
static char *find_repository(struct git *git, GError **error)
{
	g_auto(GStrv) given = git->environment;
	g_autofree char *here = g_get_current_dir();
	g_autofree char *asked = g_steal_pointer(&git->directory);
	g_autofree char *own = NULL;
	g_autofree char *named = NULL;
	g_autoptr(GError) local = NULL;

	git->directory = here;
	git->environment = given;
	if (g_environ_getenv(given, "GIT_DIR"))
		named = LINE(git, GIT_ERROR_REPOSITORY, NULL, "rev-parse", "--absolute-git-dir");
	git->environment = without_repository(g_strdupv(given));
	git->directory = asked;
	own = LINE(git, GIT_ERROR_REPOSITORY, &local, "rev-parse", "--absolute-git-dir");
	if (!own && !strcmp(here, asked))
		own = g_strdup(named);
	if (own && (!g_environ_getenv(given, "GIT_DIR") || !g_strcmp0(own, named))) {
		g_strfreev(git->environment);
		git->environment = g_steal_pointer(&given);
	}
	git->directory = g_steal_pointer(&asked);
	if (!own)
		g_propagate_error(error, g_steal_pointer(&local));
	return g_steal_pointer(&own);
}

struct git *git_open(const char *path, const char *scratch, GError **error)
{
	struct git *git = g_new0(struct git, 1);
	g_autofree char *repository = NULL;
	g_autofree char *objects = NULL;

	git->scratch = g_canonicalize_filename(scratch, NULL);
	git->directory = g_canonicalize_filename(path, NULL);
	git->environment = g_environ_setenv(g_get_environ(), "LC_ALL", "C", TRUE);
	if (!g_file_test(git->directory, G_FILE_TEST_IS_DIR)) {
		g_set_error(error, GIT_ERROR, GIT_ERROR_REPOSITORY, "%s is no directory", path);
		goto failed;
	}
	repository = find_repository(git, error);
	if (!repository)
		goto failed;
	/* What else is set may be relative to where we were started. */
	git->environment = g_environ_setenv(git->environment, "GIT_DIR", repository, TRUE);
	g_free(git->directory);
	git->directory = g_get_current_dir();
	objects = LINE(git, GIT_ERROR_REPOSITORY, error, "rev-parse", "--path-format=absolute",
		       "--git-path", "objects");
	if (!objects)
		goto failed;
	set_environment(git, repository, objects);
	/* No part of any work tree: paths are those of the trees. */
	g_free(git->directory);
	git->directory = g_strdup(git->scratch);
	return git;
failed:
	git_close(git);
	return NULL;
}

void git_close(struct git *git)
{
	if (!git)
		return;
	prune_objects(git);
	g_free(git->directory);
	g_free(git->scratch);
	g_strfreev(git->environment);
	g_free(git);
}

/* ---- commits ---- */

bool git_is_oid(const char *text)
{
	gsize length = strspn(text, "0123456789abcdef");

	return !text[length] && (length == 40 || length == 64);
}

void git_commit_free(struct git_commit *commit)
{
	if (!commit)
		return;
	g_free(commit->subject);
	g_free(commit);
}

/* One record of "%H %T %P%x00%s". */
static struct git_commit *parse_commit(const char *record)
{
	g_auto(GStrv) words = g_strsplit(record, " ", -1);
	struct git_commit *commit;

	if (g_strv_length(words) < 2)
		return NULL;
	commit = g_new0(struct git_commit, 1);
	g_strlcpy(commit->id, words[0], sizeof(commit->id));
	g_strlcpy(commit->tree, words[1], sizeof(commit->tree));
	for (char **word = words + 2; *word; word++)
		commit->parents += **word != '\0';
	commit->subject = g_strdup(record + strlen(record) + 1);
	return commit;
}

/* The commits that rev-list has for the arguments, in its order. */
static GPtrArray *list_commits(struct git *git, const char *const *arguments, GError **error)
{
	GPtrArray *commits = g_ptr_array_new_with_free_func((GDestroyNotify)git_commit_free);
	gsize size = 0;
	g_autofree char *text = git_run(git, NULL, arguments, &size, GIT_ERROR_REVISION, error);

	if (!text) {
		g_ptr_array_unref(commits);
		return NULL;
	}
	/* Two strings for each. */
	for (char *record = text; record < text + size;) {
		char *subject = record + strlen(record) + 1;
		struct git_commit *commit;

		if (subject > text + size)
			break;
		commit = parse_commit(record);
		if (commit)
			g_ptr_array_add(commits, commit);
		record = subject + strlen(subject) + 1;
	}
	return commits;
}

#define FORMAT "--format=format:%H %T %P%x00%s"

struct git_commit *git_commit(struct git *git, const char *revision, GError **error)
{
	g_autofree char *name = g_strconcat(revision, "^{commit}", NULL);
	g_autofree char *id = NULL;
	g_autoptr(GPtrArray) commits = NULL;

	id = LINE(git, GIT_ERROR_REVISION, NULL, "rev-parse", "--verify", "--quiet",
		  "--end-of-options", name);
	if (id) {
		const char *arguments[] = { "log", "-z", "--max-count=1", FORMAT, id, NULL };

		commits = list_commits(git, arguments, NULL);
	}
	if (!commits || !commits->len) {
		g_set_error(error, GIT_ERROR, GIT_ERROR_REVISION,
			    "there is no commit '%s' in this repository", revision);
		return NULL;
	}
	return g_ptr_array_steal_index(commits, 0);
}

static bool is_shallow(struct git *git)
{
	g_autofree char *answer =
		LINE(git, GIT_ERROR_REPOSITORY, NULL, "rev-parse", "--is-shallow-repository");

	return !g_strcmp0(answer, "true");
}

struct git_commit *git_parent(struct git *git, const struct git_commit *commit, GError **error)
{
	g_autofree char *revision = g_strconcat(commit->id, "^1", NULL);
	struct git_commit *parent = git_commit(git, revision, NULL);

	if (!parent)
		g_set_error(error, GIT_ERROR, GIT_ERROR_REVISION,
			    is_shallow(git) ? "the parent of %.12s is not in this shallow clone: "
					      "get it with 'git fetch --deepen=1'" :
					      "%.12s has no parent to compare it with",
			    commit->id);
	return parent;
}

struct git_commit *git_merge_base(struct git *git, const struct git_commit *a,
				  const struct git_commit *b, GError **error)
{
	g_autofree char *id = LINE(git, GIT_ERROR_REVISION, NULL, "merge-base", a->id, b->id);

	if (id)
		return git_commit(git, id, error);
	g_set_error(error, GIT_ERROR, GIT_ERROR_REVISION,
		    is_shallow(git) ? "this shallow clone does not have what %.12s and %.12s have "
				      "in common: get it with 'git fetch --unshallow'" :
				      "%.12s and %.12s have no history in common",
		    a->id, b->id);
	return NULL;
}

GPtrArray *git_commits(struct git *git, const struct git_commit *base,
		       const struct git_commit *head, GError **error)
{
	g_autofree char *excluded = g_strconcat("^", base->id, NULL);
	const char *arguments[] = { "log",  "-z",     "--reverse", "--first-parent",
				    FORMAT, head->id, excluded,	   NULL };

	return list_commits(git, arguments, error);
}

/* ---- trees ---- */

static void change_free(void *data)
{
	struct git_change *change = data;

	g_free(change->path);
	g_free(change);
}

/* A path that stays below where it is put; git itself refuses to make others. */
static bool is_safe(const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);

	for (char **part = parts; *part; part++) {
		if (!**part || !strcmp(*part, ".") || !strcmp(*part, "..") ||
		    !g_ascii_strcasecmp(*part, ".git"))
			return false;
	}
	return *path != '\0';
}

/* ":100644 100644 OLD NEW M" with what follows. */
static struct git_change *parse_change(const char *text, const char *path)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	struct git_change *change;

	if (g_strv_length(words) != 5)
		return NULL;
	change = g_new0(struct git_change, 1);
	change->path = g_strdup(path);
	change->old_mode = (guint)strtoul(words[0] + 1, NULL, 8);
	change->new_mode = (guint)strtoul(words[1], NULL, 8);
	g_strlcpy(change->old_oid, words[2], GIT_OID_SIZE);
	g_strlcpy(change->new_oid, words[3], GIT_OID_SIZE);
	return change;
}

/* "100644 blob OID\tPATH" */
static struct git_change *parse_entry(const char *text)
{
	const char *tab = strchr(text, '\t');
	g_auto(GStrv) words = tab ? g_strsplit(text, " ", 3) : NULL;
	struct git_change *change;

	if (!words || g_strv_length(words) != 3)
		return NULL;
	change = g_new0(struct git_change, 1);
	change->path = g_strdup(tab + 1);
	change->new_mode = (guint)strtoul(words[0], NULL, 8);
	g_strlcpy(change->new_oid, words[2], MIN(GIT_OID_SIZE, strcspn(words[2], "\t") + 1));
	return change;
}

GPtrArray *git_diff(struct git *git, const char *old, const char *new, GError **error)
{
	const char *list[] = { "ls-tree", "-r", "-z", "--full-tree", new, NULL };
	const char *diff[] = { "diff-tree",   "-r", "-z", "--raw", "--no-renames",
			       "--no-abbrev", old,  new,  NULL };
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func(change_free);
	gsize size = 0;
	g_autofree char *text =
		git_run(git, NULL, old ? diff : list, &size, GIT_ERROR_OBJECT, error);

	if (!text)
		return NULL;
	for (char *record = text; record < text + size; record += strlen(record) + 1) {
		struct git_change *change;

		if (old) {
			char *path = record + strlen(record) + 1;

			change = path < text + size ? parse_change(record, path) : NULL;
			record = path;
		} else {
			change = parse_entry(record);
		}
		if (!change || !is_safe(change->path)) {
			g_set_error(error, GIT_ERROR, GIT_ERROR_OBJECT,
				    "tree %.12s has an entry that no work tree could have", new);
			if (change)
				change_free(change);
			return NULL;
		}
		g_ptr_array_add(changes, change);
	}
	return g_steal_pointer(&changes);
}

/* "3,4" of "@@ -1,2 +3,4 @@": 3, and how many lines; a count of 1 is left out. */
static guint read_hunk(const char *text, guint *count)
{
	char *end;
	guint first = (guint)strtoul(text, &end, 10);

	*count = *end == ',' ? (guint)strtoul(end + 1, NULL, 10) : 1;
	return first;
}

bool git_changed_lines(struct git *git, const struct git_change *change,
		       void (*each)(const char *path, guint first, guint last, guint gone,
				    guint gone_last, void *data),
		       void *data, GError **error)
{
	const char *arguments[] = {
		"diff",	       "--unified=0",	"--inter-hunk-context=0", "--diff-algorithm=myers",
		"--text",      "--no-color",	"--no-ext-diff",	  "--no-textconv",
		"--no-prefix", change->old_oid, change->new_oid,	  NULL
	};
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!change->new_mode)
		return true;
	if (!change->old_mode) {
		each(change->path, 1, G_MAXUINT, 1, 0, data);
		return true;
	}
	text = git_run(git, NULL, arguments, NULL, GIT_ERROR_OBJECT, error);
	if (!text)
		return false;
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		const char *minus = g_str_has_prefix(*line, "@@ -") ? *line + 4 : NULL;
		const char *plus = minus ? strchr(minus, '+') : NULL;
		guint gone, first, gone_count, count;

		if (!plus)
			continue;
		gone = read_hunk(minus, &gone_count);
		first = MAX(read_hunk(plus + 1, &count), 1);
		each(change->path, first, count ? first + count - 1 : first, gone_count ? gone : 1,
		     gone_count ? gone + gone_count - 1 : 0, data);
	}
	return true;
}

/* ---- blobs ---- */

struct git_reader {
	struct git *git;
	GSubprocess *process; /* NULL: it could not be started again */
	GOutputStream *to;
	GDataInputStream *from;
};

static bool start_reader(struct git_reader *reader, GError **error)
{
	const char *arguments[] = { "cat-file", "--batch", NULL };
	GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
				 G_SUBPROCESS_FLAGS_STDERR_SILENCE;

	reader->process = git_spawn(reader->git, flags, NULL, arguments, error);
	if (!reader->process)
		return false;
	reader->to = g_subprocess_get_stdin_pipe(reader->process);
	reader->from = g_data_input_stream_new(g_subprocess_get_stdout_pipe(reader->process));
	g_buffered_input_stream_set_buffer_size(G_BUFFERED_INPUT_STREAM(reader->from), 64 * 1024);
	return true;
}

static void end_reader(struct git_reader *reader)
{
	if (!reader->process)
		return;
	g_output_stream_close(reader->to, NULL, NULL);
	g_clear_object(&reader->from);
	g_subprocess_wait(reader->process, NULL, NULL);
	g_clear_object(&reader->process);
}

struct git_reader *git_reader_new(struct git *git, GError **error)
{
	struct git_reader *reader = g_new0(struct git_reader, 1);

	reader->git = git;
	if (!start_reader(reader, error))
		g_clear_pointer(&reader, g_free);
	return reader;
}

void git_reader_free(struct git_reader *reader)
{
	if (!reader)
		return;
	end_reader(reader);
	g_free(reader);
}

/* Writes to git; that it has ended is no reason to end ourselves. */
static bool tell_reader(struct git_reader *reader, const char *text)
{
	const struct timespec now = { 0 };
	sigset_t pipe, before;
	bool ok;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	ok = g_output_stream_write_all(reader->to, text, strlen(text), NULL, NULL, NULL);
	while (!ok && sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR) {
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

/* The content of an object, or NULL if git does not have it, or has ended. */
static char *ask_reader(struct git_reader *reader, const char *oid, gsize *size)
{
	g_autofree char *question = g_strconcat(oid, "\n", NULL);
	g_autofree char *answer = NULL;
	g_autofree char *content = NULL;
	g_auto(GStrv) words = NULL;
	GInputStream *from = G_INPUT_STREAM(reader->from);
	guint64 length = 0;
	gsize got = 0;
	char newline;

	if (tell_reader(reader, question))
		answer = g_data_input_stream_read_line(reader->from, NULL, NULL, NULL);
	words = g_strsplit(answer ? answer : "", " ", -1);
	/* "OID blob SIZE", "OID missing" */
	if (g_strv_length(words) != 3 || strcmp(words[1], "blob") ||
	    !g_ascii_string_to_unsigned(words[2], 10, 0, G_MAXUINT32, &length, NULL))
		return NULL;
	content = g_malloc(length + 1);
	if (!g_input_stream_read_all(from, content, length, &got, NULL, NULL) || got != length ||
	    !g_input_stream_read_all(from, &newline, 1, &got, NULL, NULL) || got != 1)
		return NULL;
	content[length] = '\0';
	*size = length;
	return g_steal_pointer(&content);
}

char *git_read(struct git_reader *reader, const char *oid, gsize *size, GError **error)
{
	char *content = reader->process ? ask_reader(reader, oid, size) : NULL;

	if (content)
		return content;
	/* Objects may have been packed meanwhile; a git that begins now knows where they are. */
	end_reader(reader);
	if (start_reader(reader, NULL))
		content = ask_reader(reader, oid, size);
	if (content)
		return content;
	g_set_error(error, GIT_ERROR, GIT_ERROR_OBJECT,
		    "object %.12s cannot be read: in a partial clone get what is missing with "
		    "'git fetch --refetch --no-filter', else see 'git fsck'",
		    oid);
	return NULL;
}
