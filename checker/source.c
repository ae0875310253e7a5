// SPDX-License-Identifier: GPL-2.0-only
/*
 * source: one file's tokens in, its definitions out.
 *
 * A statement is followed word by word until its '{', ';' or ',' shows what it
 * was; a stack of levels says what the braces around it are.  Where the branches
 * of an #if do not balance, each starts from the state that the #if was met in; a
 * '}' or a "static" in the first column, which the kernel's style keeps for file
 * scope, ends whatever is still open.
 *
 * Not handled: function definitions inside of functions, and variables whose
 * type is given by typeof() or inside of a macro's arguments.
 */
#include "source.h"

#include <string.h>

/* What is open deeper than that is only counted. */
#define LEVELS 256
#define CONDITIONS 64
#define GROUPS 8
#define MACRO_TOKENS 2048
#define MACRO_PARAMETERS 16
/* The paths kept of one variable; arrays of structs repeat few of them. */
#define PATHS 256

/* Marks for hashes of types that are no tags. */
#define ALIAS_MARK G_GUINT64_CONSTANT(0x5bd1e995a5a5a5a5)
#define UNTAGGED_MARK G_GUINT64_CONSTANT(0xc2b2ae3d27d4eb4f)

enum word_class {
	WORD_PLAIN = 0,
	WORD_MENTION, /* plain, too; number is an enum source_mention */
	WORD_RECORD,  /* struct, union */
	WORD_ENUM,
	WORD_TYPEDEF,
	WORD_EXTERN,
	WORD_STORAGE,
	WORD_TYPE, /* a type that is no record */
	WORD_ATTRIBUTE,
	WORD_CONTROL, /* statements and operators that are words */
};

/* clang-format off */
static const struct token_word vocabulary[] = {
	/* The language's words, those of its extensions, and the kernel's for them. */
	{ "struct", WORD_RECORD, 0 },
	{ "union", WORD_RECORD, 0 },
	{ "enum", WORD_ENUM, 0 },
	{ "typedef", WORD_TYPEDEF, 0 },
	{ "extern", WORD_EXTERN, 0 },
	{ "__always_inline", WORD_STORAGE, 0 },
	{ "__const", WORD_STORAGE, 0 },
	{ "__inline", WORD_STORAGE, 0 },
	{ "__inline__", WORD_STORAGE, 0 },
	{ "__volatile__", WORD_STORAGE, 0 },
	{ "asmlinkage", WORD_STORAGE, 0 },
	{ "const", WORD_STORAGE, 0 },
	{ "inline", WORD_STORAGE, 0 },
	{ "noinline", WORD_STORAGE, 0 },
	{ "register", WORD_STORAGE, 0 },
	{ "static", WORD_STORAGE, 0 },
	{ "volatile", WORD_STORAGE, 0 },
	{ "_Bool", WORD_TYPE, 0 },
	{ "__be16", WORD_TYPE, 0 },
	{ "__be32", WORD_TYPE, 0 },
	{ "__be64", WORD_TYPE, 0 },
	{ "__le16", WORD_TYPE, 0 },
	{ "__le32", WORD_TYPE, 0 },
	{ "__le64", WORD_TYPE, 0 },
	{ "__s16", WORD_TYPE, 0 },
	{ "__s32", WORD_TYPE, 0 },
	{ "__s64", WORD_TYPE, 0 },
	{ "__s8", WORD_TYPE, 0 },
	{ "__u16", WORD_TYPE, 0 },
	{ "__u32", WORD_TYPE, 0 },
	{ "__u64", WORD_TYPE, 0 },
	{ "__u8", WORD_TYPE, 0 },
	{ "bool", WORD_TYPE, 0 },
	{ "char", WORD_TYPE, 0 },
	{ "double", WORD_TYPE, 0 },
	{ "float", WORD_TYPE, 0 },
	{ "int", WORD_TYPE, 0 },
	{ "int16_t", WORD_TYPE, 0 },
	{ "int32_t", WORD_TYPE, 0 },
	{ "int64_t", WORD_TYPE, 0 },
	{ "int8_t", WORD_TYPE, 0 },
	{ "long", WORD_TYPE, 0 },
	{ "s16", WORD_TYPE, 0 },
	{ "s32", WORD_TYPE, 0 },
	{ "s64", WORD_TYPE, 0 },
	{ "s8", WORD_TYPE, 0 },
	{ "short", WORD_TYPE, 0 },
	{ "signed", WORD_TYPE, 0 },
	{ "size_t", WORD_TYPE, 0 },
	{ "u16", WORD_TYPE, 0 },
	{ "u32", WORD_TYPE, 0 },
	{ "u64", WORD_TYPE, 0 },
	{ "u8", WORD_TYPE, 0 },
	{ "uint16_t", WORD_TYPE, 0 },
	{ "uint32_t", WORD_TYPE, 0 },
	{ "uint64_t", WORD_TYPE, 0 },
	{ "uint8_t", WORD_TYPE, 0 },
	{ "unsigned", WORD_TYPE, 0 },
	{ "void", WORD_TYPE, 0 },
	{ "_Alignas", WORD_ATTRIBUTE, 0 },
	{ "__acquire", WORD_ATTRIBUTE, 0 },
	{ "__acquires", WORD_ATTRIBUTE, 0 },
	{ "__aligned", WORD_ATTRIBUTE, 0 },
	{ "__alloc_size", WORD_ATTRIBUTE, 0 },
	{ "__attribute", WORD_ATTRIBUTE, 0 },
	{ "__attribute__", WORD_ATTRIBUTE, 0 },
	{ "__cacheline_aligned", WORD_ATTRIBUTE, 0 },
	{ "__cacheline_aligned_in_smp", WORD_ATTRIBUTE, 0 },
	{ "__cold", WORD_ATTRIBUTE, 0 },
	{ "__cond_acquires", WORD_ATTRIBUTE, 0 },
	{ "__cond_lock", WORD_ATTRIBUTE, 0 },
	{ "__counted_by", WORD_ATTRIBUTE, 0 },
	{ "__deprecated", WORD_ATTRIBUTE, 0 },
	{ "__exit", WORD_ATTRIBUTE, 0 },
	{ "__extension__", WORD_ATTRIBUTE, 0 },
	{ "__free", WORD_ATTRIBUTE, 0 },
	{ "__init", WORD_ATTRIBUTE, 0 },
	{ "__initconst", WORD_ATTRIBUTE, 0 },
	{ "__initdata", WORD_ATTRIBUTE, 0 },
	{ "__iomem", WORD_ATTRIBUTE, 0 },
	{ "__malloc", WORD_ATTRIBUTE, 0 },
	{ "__maybe_unused", WORD_ATTRIBUTE, 0 },
	{ "__must_check", WORD_ATTRIBUTE, 0 },
	{ "__must_hold", WORD_ATTRIBUTE, 0 },
	{ "__no_sanitize_address", WORD_ATTRIBUTE, 0 },
	{ "__noreturn", WORD_ATTRIBUTE, 0 },
	{ "__packed", WORD_ATTRIBUTE, 0 },
	{ "__percpu", WORD_ATTRIBUTE, 0 },
	{ "__printf", WORD_ATTRIBUTE, 0 },
	{ "__pure", WORD_ATTRIBUTE, 0 },
	{ "__randomize_layout", WORD_ATTRIBUTE, 0 },
	{ "__rcu", WORD_ATTRIBUTE, 0 },
	{ "__read_mostly", WORD_ATTRIBUTE, 0 },
	{ "__ref", WORD_ATTRIBUTE, 0 },
	{ "__refdata", WORD_ATTRIBUTE, 0 },
	{ "__releases", WORD_ATTRIBUTE, 0 },
	{ "__ro_after_init", WORD_ATTRIBUTE, 0 },
	{ "__scanf", WORD_ATTRIBUTE, 0 },
	{ "__section", WORD_ATTRIBUTE, 0 },
	{ "__used", WORD_ATTRIBUTE, 0 },
	{ "__user", WORD_ATTRIBUTE, 0 },
	{ "__weak", WORD_ATTRIBUTE, 0 },
	{ "_Alignof", WORD_CONTROL, 0 },
	{ "_Generic", WORD_CONTROL, 0 },
	{ "_Static_assert", WORD_CONTROL, 0 },
	{ "__alignof__", WORD_CONTROL, 0 },
	{ "__asm__", WORD_CONTROL, 0 },
	{ "__typeof__", WORD_CONTROL, 0 },
	{ "alignof", WORD_CONTROL, 0 },
	{ "asm", WORD_CONTROL, 0 },
	{ "break", WORD_CONTROL, 0 },
	{ "case", WORD_CONTROL, 0 },
	{ "continue", WORD_CONTROL, 0 },
	{ "default", WORD_CONTROL, 0 },
	{ "defined", WORD_CONTROL, 0 },
	{ "do", WORD_CONTROL, 0 },
	{ "else", WORD_CONTROL, 0 },
	{ "for", WORD_CONTROL, 0 },
	{ "goto", WORD_CONTROL, 0 },
	{ "if", WORD_CONTROL, 0 },
	{ "return", WORD_CONTROL, 0 },
	{ "sizeof", WORD_CONTROL, 0 },
	{ "static_assert", WORD_CONTROL, 0 },
	{ "switch", WORD_CONTROL, 0 },
	{ "typeof", WORD_CONTROL, 0 },
	{ "while", WORD_CONTROL, 0 },

	/* The types that a mapping passes through (include/linux/mm.h, mm_types.h). */
	{ "vm_area_desc", WORD_MENTION, MENTIONS_MAPPING },
	{ "vm_area_struct", WORD_MENTION, MENTIONS_MAPPING },
	{ "vm_fault", WORD_MENTION, MENTIONS_MAPPING },
	{ "vm_operations_struct", WORD_MENTION, MENTIONS_MAPPING },
	/* What makes an exporter (include/linux/dma-buf.h, include/drm/drm_prime.h). */
	{ "DEFINE_DMA_BUF_EXPORT_INFO", WORD_MENTION, MENTIONS_EXPORT },
	{ "dma_buf_export", WORD_MENTION, MENTIONS_EXPORT },
	{ "dma_buf_export_info", WORD_MENTION, MENTIONS_EXPORT },
	{ "dma_buf_ops", WORD_MENTION, MENTIONS_EXPORT },
	{ "drm_gem_dmabuf_export", WORD_MENTION, MENTIONS_EXPORT },
	{ "drm_gem_prime_export", WORD_MENTION, MENTIONS_EXPORT },
	/* What stands around these: objects, drivers, files, writers of PTEs. */
	{ "dma_buf", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "drm_driver", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "drm_gem_object", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "drm_gem_object_funcs", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "pte_fn_t", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "shmem_file_setup", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "shmem_file_setup_with_mnt", WORD_MENTION, MENTIONS_NEIGHBOUR },
	{ "shmem_kernel_file_setup", WORD_MENTION, MENTIONS_NEIGHBOUR },
};
/* clang-format on */

/* What a pair of braces is. */
enum scope {
	SCOPE_FILE, /* extern "C", too */
	SCOPE_BODY, /* of a function, or a block in it */
	SCOPE_RECORD,
	SCOPE_TABLE, /* an initialiser */
	SCOPE_OTHER,
};

/* How far "struct TAG {" has come. */
enum tag {
	TAG_NONE,
	TAG_EXPECTED,
	TAG_GIVEN,
	TAG_ENUM,
};

/* How far "(struct TAG) {" has come. */
enum cast {
	CAST_NONE,
	CAST_OPEN,
	CAST_RECORD,
	CAST_NAMED,
	CAST_CLOSED,
};

/* What the words since the last ';', '{' or '}' have said. */
struct statement {
	struct source_word record; /* hash 0 if no record was named */
	struct source_word type;   /* the first other word, perhaps a typedef's name */
	struct source_word name;   /* the last word of the declarator */
	guint64 designators[SOURCE_PATH_LENGTH];
	guint designator_count;
	guint parens;
	guint brackets;
	enum tag tag;
	bool typed; /* a type that is no record was named */
	bool is_pointer;
	bool assigned;
	bool emitted; /* the variable has been recorded */
	bool is_typedef;
	bool is_extern;
};

/* "word(...)" at file scope: a function's name, a macro or an attribute. */
struct group {
	struct source_word word;
	struct source_word arguments[SOURCE_ARGUMENTS];
	guint argument_count; /* commas met */
	bool declared;	      /* a type stands before the word */
	bool plain;	      /* the arguments are words and commas only */
	bool followed;	      /* by a word that is no attribute */
};

struct level {
	enum scope scope;
	struct source_word record; /* SCOPE_RECORD: whose members stand here */
	guint table;		   /* SCOPE_TABLE: of which variable, or G_MAXUINT */
	struct source_path path;   /* SCOPE_TABLE */
	struct statement outer;	   /* goes on behind the '}' */
};

/* The state in which an #if was met. */
struct condition {
	guint depth;
	bool in_function;
	guint function; /* index */
	guint function_depth;
	guint parens;
	guint brackets;
	struct statement statement;
};

struct source_reader {
	struct source *source;
	char *text;
	struct tokens tokens;
	guint number;	/* of the file */
	guint untagged; /* records without a tag so far */

	struct level levels[LEVELS];
	guint depth;
	guint overflow; /* braces open beyond LEVELS */
	struct condition conditions[CONDITIONS];
	guint condition_count; /* may be more than CONDITIONS */

	struct statement statement;
	struct group groups[GROUPS];
	guint group_count;
	bool split;		      /* an #else stood inside of the statement */
	struct source_word old_style; /* "name(a, b) int a;" came before */

	enum cast cast;
	struct source_word cast_type;
	bool cast_alias;

	bool in_function;
	guint function;	      /* index */
	guint function_depth; /* of its body */

	struct token recent[3];
	struct token *last;   /* the token before the current one */
	struct token *before; /* the one before last */

	struct token macro[MACRO_TOKENS];
};

guint64 source_alias(guint64 word)
{
	return word ^ ALIAS_MARK;
}

static struct source_word word_of(const struct token *token)
{
	return (struct source_word){ token->text, token->hash, token->length };
}

static bool is_plain(const struct token *token)
{
	return token->kind == TOKEN_WORD && token->class <= WORD_MENTION;
}

static enum scope reader_scope(const struct source_reader *r)
{
	return r->depth ? r->levels[r->depth - 1].scope : SCOPE_FILE;
}

static bool in_first_column(const struct source_reader *r, const struct token *token)
{
	return token->text == r->tokens.begin || token->text[-1] == '\n';
}

/* What comes next, behind space, in the same or in a later line. */
static const char *reader_ahead(const struct source_reader *r)
{
	const char *at = r->tokens.at;

	while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')
		at++;
	return at;
}

/* A type for a record without a tag, that no other has. */
static struct source_word untagged_record(struct source_reader *r)
{
	guint64 id = ((guint64)r->number << 32 | ++r->untagged) * UNTAGGED_MARK;

	return (struct source_word){ NULL, id, 0 };
}

/* Uses of macros, functions */

static void add_use(struct source_reader *r, const struct group *group)
{
	struct source_use use = { .macro = group->word };

	memcpy(use.arguments, group->arguments, sizeof(use.arguments));
	g_array_append_val(r->source->uses, use);
}

/* At the end of a statement of file scope: what was no declaration was a macro. */
static void flush_groups(struct source_reader *r)
{
	guint i;

	for (i = 0; i < r->group_count; i++)
		if (r->groups[i].word.text && !r->groups[i].declared)
			add_use(r, &r->groups[i]);
	r->group_count = 0;
	r->split = false;
}

static struct group *add_group(struct source_reader *r)
{
	if (r->group_count == GROUPS) {
		if (r->groups[0].word.text && !r->groups[0].declared)
			add_use(r, &r->groups[0]);
		memmove(&r->groups[0], &r->groups[1], sizeof(r->groups[0]) * (GROUPS - 1));
		r->group_count--;
	}
	r->groups[r->group_count] = (struct group){ .plain = true };
	return &r->groups[r->group_count++];
}

static void add_function(struct source_reader *r, struct source_word name, bool macro)
{
	struct source_function function = {
		.name = name,
		.first_call = r->source->calls->len,
		.macro = macro,
	};

	g_array_append_val(r->source->functions, function);
}

static bool is_upper(const struct source_word *word)
{
	guint i;

	for (i = 0; i < word->length; i++)
		if (g_ascii_islower(word->text[i]))
			return false;
	return true;
}

/*
 * At the '{' of a function: the name is the last word before parentheses that has
 * a type before it; else that of a macro, whose first argument is taken instead.
 */
static void open_function(struct source_reader *r)
{
	struct group *fallback = NULL;
	bool found = false;
	guint i;

	for (i = r->group_count; i-- > 0;) {
		struct group *group = &r->groups[i];

		if (!group->word.text)
			continue;
		if (group->declared && (!found || r->split)) {
			add_function(r, group->word, false);
			found = true;
		} else if (!fallback) {
			fallback = group;
		}
	}
	if (!found && fallback) {
		bool macro = is_upper(&fallback->word) && fallback->arguments[0].text;

		add_function(r, macro ? fallback->arguments[0] : fallback->word, false);
		found = true;
	} else if (!found && r->old_style.text) {
		add_function(r, r->old_style, false);
		found = true;
	}
	flush_groups(r);
	r->old_style = (struct source_word){ 0 };
	r->in_function = found;
	r->function = r->source->functions->len - 1;
	r->function_depth = r->depth;
}

/* More calls of the function at index come, though another one came between. */
static void resume_function(struct source_reader *r, guint index)
{
	GArray *functions = r->source->functions;

	r->in_function = true;
	r->function = index;
	if (index + 1 < functions->len)
		add_function(r, g_array_index(functions, struct source_function, index).name,
			     false);
}

/* Variables */

/* Records the statement's variable; returns its index. */
static guint add_table(struct source_reader *r, struct source_word type, bool alias,
		       struct source_word name, bool initialised)
{
	struct source_table table = {
		.type = type,
		.name = name,
		.alias = alias,
		.initialised = initialised,
	};

	if (alias)
		table.type.hash = source_alias(type.hash);
	g_array_append_val(r->source->tables, table);
	return r->source->tables->len - 1;
}

/* Whether the statement declares a variable of a record or of a named type. */
static bool declares_variable(const struct statement *s)
{
	return s->name.text && !s->is_pointer && !s->is_typedef && !s->emitted &&
	       (s->record.hash || s->type.text);
}

static guint declare_variable(struct source_reader *r, bool initialised)
{
	struct statement *s = &r->statement;

	s->emitted = true;
	if (s->record.hash)
		return add_table(r, s->record, false, s->name, initialised);
	return add_table(r, s->type, true, s->name, initialised);
}

static void add_path(struct source_reader *r, const struct source_path *path)
{
	GArray *paths = r->source->paths;
	guint i;

	if (path->table == G_MAXUINT)
		return;
	/* The rows of an array repeat each other. */
	for (i = paths->len; i-- > 0 && paths->len - i < 8;)
		if (!memcmp(&g_array_index(paths, struct source_path, i), path, sizeof(*path)))
			return;
	if (paths->len >= PATHS &&
	    g_array_index(paths, struct source_path, paths->len - PATHS).table == path->table)
		return;
	g_array_append_val(paths, *path);
}

static void path_append(struct source_path *path, guint64 member)
{
	if (path->length < SOURCE_PATH_LENGTH)
		path->members[path->length++] = member;
}

/* The path of what the designators of the statement, but for the last skip ones, name. */
static struct source_path designated_path(struct source_reader *r, guint skip)
{
	const struct statement *s = &r->statement;
	struct source_path path = r->levels[r->depth - 1].path;
	guint i;

	for (i = 0; i + skip < s->designator_count; i++)
		path_append(&path, s->designators[i]);
	if (!s->designator_count)
		path_append(&path, 0);
	return path;
}

/* Members of records */

static void add_relation(struct source_reader *r, enum source_relation_kind kind, guint64 inner,
			 guint64 outer, guint64 member)
{
	struct source_relation relation = { kind, inner, outer, member };

	g_array_append_val(r->source->relations, relation);
}

/* At the ';' or ',' behind a member. */
static void end_member(struct source_reader *r)
{
	const struct statement *s = &r->statement;
	const struct source_word *outer = &r->levels[r->depth - 1].record;
	enum source_relation_kind kind = s->is_pointer ? RELATION_POINTS : RELATION_EMBEDS;

	if (s->record.hash && s->name.text)
		add_relation(r, kind, s->record.hash, outer->hash, s->name.hash);
	else if (s->record.hash && !s->is_pointer && s->emitted)
		add_relation(r, RELATION_EMBEDS, s->record.hash, outer->hash, 0);
	else if (s->type.text && s->name.text)
		add_relation(r, kind, source_alias(s->type.hash), outer->hash, s->name.hash);
}

/* Levels */

/* What is still open ends: the file's own text starts again here. */
static void recover(struct source_reader *r, guint keep)
{
	guint depth = 0;

	while (depth < r->depth && r->levels[depth].scope == SCOPE_FILE)
		depth++;
	depth += keep;
	r->overflow = 0;
	if (depth >= r->depth)
		return;
	r->depth = depth;
	if (!keep) {
		r->statement = (struct statement){ 0 };
		r->group_count = 0;
		r->in_function = false;
	}
}

static struct level *open_level(struct source_reader *r, enum scope scope)
{
	struct level *level;

	level = &r->levels[r->depth++];
	level->scope = scope;
	level->outer = r->statement;
	r->statement = (struct statement){ 0 };
	return level;
}

static void open_table(struct source_reader *r, guint table)
{
	struct level *level = open_level(r, SCOPE_TABLE);

	level->table = table;
	level->path = (struct source_path){ .table = table };
}

static void open_compound_literal(struct source_reader *r)
{
	struct statement *s = &r->statement;
	guint table;

	if (declares_variable(s) && s->assigned && s->record.hash == r->cast_type.hash) {
		table = declare_variable(r, true);
	} else {
		struct source_word name = s->name.text ? s->name : s->type;

		if (!s->assigned || !name.text)
			name = r->cast_type;
		table = add_table(r, r->cast_type, r->cast_alias, name, true);
	}
	open_table(r, table);
}

static void open_record(struct source_reader *r)
{
	struct statement *s = &r->statement;
	struct level *level;

	if (s->tag == TAG_EXPECTED)
		s->record = untagged_record(r);
	s->tag = TAG_NONE;
	s->emitted = true; /* a member without a name, unless one follows */
	level = open_level(r, SCOPE_RECORD);
	level->record = level->outer.record;
}

static void open_brace(struct source_reader *r)
{
	struct statement *s = &r->statement;
	enum scope scope = reader_scope(r);

	if (r->depth == LEVELS || r->overflow) {
		r->overflow++;
		return;
	}
	if (r->cast == CAST_CLOSED) {
		open_compound_literal(r);
	} else if (s->tag == TAG_EXPECTED || s->tag == TAG_GIVEN) {
		open_record(r);
	} else if (s->tag == TAG_ENUM) {
		s->tag = TAG_NONE;
		open_level(r, SCOPE_OTHER);
	} else if (scope == SCOPE_OTHER) {
		open_level(r, SCOPE_OTHER);
	} else if (scope == SCOPE_TABLE && r->last->kind != '(') {
		struct source_path path = designated_path(r, 0);

		add_path(r, &path);
		open_table(r, path.table);
		r->levels[r->depth - 1].path = path;
	} else if (r->last->kind == '=') {
		open_table(r, declares_variable(s) && !s->parens ? declare_variable(r, true) :
								   G_MAXUINT);
	} else if (scope != SCOPE_FILE || s->parens) {
		open_level(r, SCOPE_BODY);
	} else if (s->is_extern && r->last->kind == TOKEN_STRING) {
		open_level(r, SCOPE_FILE);
	} else if (s->assigned) {
		open_level(r, SCOPE_OTHER);
	} else {
		open_function(r);
		open_level(r, SCOPE_BODY);
	}
}

/* Whether a '}' may well be that of an array's element: more follows. */
static bool continues_table(const struct source_reader *r)
{
	char next = *reader_ahead(r);

	return reader_scope(r) == SCOPE_TABLE && (next == ',' || next == '}');
}

static void close_brace(struct source_reader *r, const struct token *token)
{
	struct level *level;

	if (r->depth > 1 && in_first_column(r, token) && !continues_table(r))
		recover(r, 1);
	if (r->overflow) {
		r->overflow--;
		return;
	}
	if (!r->depth) {
		flush_groups(r);
		r->statement = (struct statement){ 0 };
		return;
	}
	if (reader_scope(r) == SCOPE_RECORD && r->statement.name.text)
		end_member(r);
	level = &r->levels[--r->depth];
	switch (level->scope) {
	case SCOPE_BODY:
		if (r->depth == r->function_depth)
			r->in_function = false;
		if (level->outer.parens || reader_scope(r) == SCOPE_TABLE)
			r->statement = level->outer;
		else
			r->statement = (struct statement){ 0 };
		break;
	case SCOPE_FILE:
		r->statement = (struct statement){ 0 };
		break;
	default:
		r->statement = level->outer;
		break;
	}
}

/* Statements */

static void end_declarator(struct source_reader *r)
{
	struct statement *s = &r->statement;

	switch (reader_scope(r)) {
	case SCOPE_FILE:
		/* "struct x f(void);" is no variable, nor is a typedef's "u32 x;" of interest. */
		if (declares_variable(s) && !r->group_count && !(s->is_extern && !s->assigned) &&
		    (s->record.hash || s->assigned))
			declare_variable(r, s->assigned);
		if (s->is_typedef && s->name.text && !s->is_pointer && !r->group_count) {
			if (s->record.hash)
				add_relation(r, RELATION_NAMES, s->record.hash,
					     source_alias(s->name.hash), 0);
			else if (s->type.text)
				add_relation(r, RELATION_NAMES, source_alias(s->type.hash),
					     source_alias(s->name.hash), 0);
		}
		break;
	case SCOPE_RECORD:
		end_member(r);
		break;
	default:
		break;
	}
}

static void end_statement(struct source_reader *r)
{
	if (r->statement.parens) {
		/* for (;;) in a body; elsewhere a parenthesis was lost. */
		if (reader_scope(r) == SCOPE_BODY)
			return;
		r->statement.parens = 0;
	}
	end_declarator(r);
	if (reader_scope(r) == SCOPE_FILE) {
		if (r->group_count == 1 && r->groups[0].followed && r->groups[0].plain)
			r->old_style = r->groups[0].word;
		else if (r->group_count)
			r->old_style = (struct source_word){ 0 };
		flush_groups(r);
	}
	r->statement = (struct statement){ 0 };
}

static void read_comma(struct source_reader *r)
{
	struct statement *s = &r->statement;

	if (s->parens == 1 && reader_scope(r) == SCOPE_FILE && r->group_count)
		r->groups[r->group_count - 1].argument_count++;
	if (s->parens || s->brackets)
		return;
	if (reader_scope(r) == SCOPE_TABLE) {
		r->statement = (struct statement){ 0 };
		return;
	}
	end_declarator(r);
	s->name = (struct source_word){ 0 };
	s->is_pointer = false;
	s->assigned = false;
	s->emitted = false;
}

static void read_assignment(struct source_reader *r)
{
	struct statement *s = &r->statement;

	if (s->parens || s->brackets)
		return;
	s->assigned = true;
	s->tag = TAG_NONE;
	if (reader_scope(r) == SCOPE_TABLE && s->designator_count > 1) {
		struct source_path path = designated_path(r, 1);

		add_path(r, &path);
	}
}

static void open_paren(struct source_reader *r)
{
	struct statement *s = &r->statement;
	bool word = is_plain(r->last);

	if (word && r->in_function) {
		struct source_call call = {
			.name = word_of(r->last),
			.member = r->before->kind == TOKEN_ARROW || r->before->kind == '.',
		};

		g_array_append_val(r->source->calls, call);
	}
	if (reader_scope(r) == SCOPE_FILE && !s->assigned) {
		if (!s->parens && (word || r->last->kind == '*' || r->last->class == WORD_TYPE)) {
			struct group *group = add_group(r);

			if (word)
				group->word = word_of(r->last);
			group->declared = r->before->kind == '*' ||
					  (r->before->kind == TOKEN_WORD &&
					   r->before->class != WORD_STORAGE &&
					   r->before->class != WORD_EXTERN);
		} else if (s->parens == 1 && word && r->before->kind == '*' && r->group_count &&
			   !r->groups[r->group_count - 1].word.text) {
			/* int (*name(arguments))(arguments of the result) */
			r->groups[r->group_count - 1].word = word_of(r->last);
			r->groups[r->group_count - 1].declared = true;
		}
	}
	s->parens++;
}

static void close_paren(struct source_reader *r)
{
	if (r->statement.parens)
		r->statement.parens--;
}

static void read_parenthesised(struct source_reader *r, const struct token *token)
{
	struct group *group;
	guint i;

	if (reader_scope(r) == SCOPE_RECORD && token->class == WORD_MENTION &&
	    token->number == MENTIONS_MAPPING && r->levels[r->depth - 1].record.text) {
		g_array_append_val(r->source->mapping_types, r->levels[r->depth - 1].record);
		return;
	}
	if (reader_scope(r) != SCOPE_FILE || r->statement.parens != 1 || !r->group_count)
		return;
	group = &r->groups[r->group_count - 1];
	i = group->argument_count;
	if (!is_plain(token))
		group->plain = false;
	else if (i < SOURCE_ARGUMENTS && !group->arguments[i].text)
		group->arguments[i] = word_of(token);
}

static void read_reference(struct source_reader *r, const struct token *token)
{
	if (r->last->kind == '&') {
		if (is_plain(r->before) || r->before->kind == ']' ||
		    r->before->kind == TOKEN_NUMBER)
			return;
		if (r->tokens.at[0] == '-' && r->tokens.at[1] == '>')
			return;
		g_array_append_val(r->source->references, token->hash);
	} else if (r->last->kind == '=') {
		char next = *reader_ahead(r);

		if (next == ',' || next == ';' || next == '}')
			g_array_append_val(r->source->references, token->hash);
	}
}

static bool starts_with_underscores(const struct token *token)
{
	return token->length > 2 && token->text[0] == '_' && token->text[1] == '_';
}

static void read_plain_word(struct source_reader *r, const struct token *token)
{
	struct statement *s = &r->statement;

	if (s->assigned)
		return;
	if (r->group_count && !r->depth)
		r->groups[r->group_count - 1].followed = true;
	if (s->tag == TAG_EXPECTED) {
		s->record = word_of(token);
		s->tag = TAG_GIVEN;
		return;
	}
	if (r->last->kind == '.' && reader_scope(r) == SCOPE_TABLE) {
		if (s->designator_count < SOURCE_PATH_LENGTH)
			s->designators[s->designator_count++] = token->hash;
		return;
	}
	if (s->tag == TAG_ENUM && !s->typed) {
		s->typed = true;
		return;
	}
	s->tag = TAG_NONE;
	if (!s->record.hash && !s->typed && !s->type.text)
		s->type = word_of(token);
	else if (!s->name.text || !starts_with_underscores(token))
		s->name = word_of(token);
}

static void read_word(struct source_reader *r, const struct token *token)
{
	struct statement *s = &r->statement;

	if (token->class > WORD_MENTION && r->depth && in_first_column(r, token) &&
	    (token->class == WORD_EXTERN || token->class == WORD_TYPEDEF ||
	     (token->class == WORD_STORAGE && token->length == 6 && token->text[0] == 's')))
		recover(r, 0);
	if (token->class == WORD_MENTION)
		r->source->mentions |= token->number;
	if (token->class <= WORD_MENTION && (r->last->kind == '&' || r->last->kind == '='))
		read_reference(r, token);
	if (s->parens || s->brackets) {
		read_parenthesised(r, token);
		return;
	}
	switch (token->class) {
	case WORD_PLAIN:
	case WORD_MENTION:
		read_plain_word(r, token);
		break;
	case WORD_RECORD:
		if (s->assigned)
			break;
		s->tag = TAG_EXPECTED;
		s->record = (struct source_word){ 0 };
		s->name = (struct source_word){ 0 };
		s->is_pointer = false;
		s->emitted = false;
		break;
	case WORD_ENUM:
		s->tag = TAG_ENUM;
		s->typed = false;
		break;
	case WORD_TYPEDEF:
		s->is_typedef = true;
		break;
	case WORD_EXTERN:
		s->is_extern = true;
		break;
	case WORD_TYPE:
		s->typed = true;
		break;
	default:
		break;
	}
}

/* Follows "(struct TAG) {" and "(TYPE) {", with "[]" before the ')'. */
static void follow_cast(struct source_reader *r, const struct token *token)
{
	enum cast next = CAST_NONE;

	switch (token->kind) {
	case '(':
		if (r->last->kind != TOKEN_WORD || r->last->class == WORD_CONTROL)
			next = CAST_OPEN;
		/* "if (x) {" and its kin are no casts. */
		if (r->last->class == WORD_CONTROL && r->last->text[0] != 'r')
			next = CAST_NONE;
		break;
	case TOKEN_WORD:
		if (r->cast == CAST_OPEN && token->class == WORD_STORAGE) {
			next = CAST_OPEN;
		} else if (r->cast == CAST_OPEN && token->class == WORD_RECORD) {
			next = CAST_RECORD;
		} else if ((r->cast == CAST_OPEN || r->cast == CAST_RECORD) && is_plain(token)) {
			r->cast_type = word_of(token);
			r->cast_alias = r->cast == CAST_OPEN;
			next = CAST_NAMED;
		}
		break;
	case '[':
	case ']':
	case TOKEN_NUMBER:
		if (r->cast == CAST_NAMED)
			next = CAST_NAMED;
		break;
	case ')':
		if (r->cast == CAST_NAMED)
			next = CAST_CLOSED;
		break;
	case '{':
		/* open_brace() wants to know */
		return;
	default:
		break;
	}
	r->cast = next;
}

/* Directives */

/* The index of a parameter of the macro, or -1. */
static int macro_parameter(const struct source_word *parameters, guint count,
			   const struct token *token)
{
	guint i;

	for (i = 0; i < count; i++)
		if (parameters[i].hash == token->hash)
			return i;
	return -1;
}

/*
 * The variable that "struct TAG" at index i of the macro's tokens begins, if it
 * does: words pasted together, perhaps an array, then '=' or the end.
 */
static void read_macro_variable(struct source_reader *r, const struct source_word *parameters,
				guint parameter_count, struct source_macro *macro, guint i,
				guint count)
{
	const struct token *t = r->macro;

	macro->type = word_of(&t[i + 1]);
	macro->piece_count = 0;
	for (i += 2; i < count; i++) {
		struct source_piece piece;

		if (t[i].kind == TOKEN_PASTE)
			continue;
		if (t[i].kind != TOKEN_WORD)
			break;
		if (!is_plain(&t[i]))
			continue;
		if (macro->piece_count && t[i - 1].kind != TOKEN_PASTE) {
			if (starts_with_underscores(&t[i]))
				continue;
			macro->piece_count = 0;
		}
		piece.word = word_of(&t[i]);
		piece.argument = macro_parameter(parameters, parameter_count, &t[i]);
		if (macro->piece_count < SOURCE_PIECES)
			macro->pieces[macro->piece_count++] = piece;
	}
	if (!macro->piece_count)
		return;
	while (i < count &&
	       (t[i].kind == '[' || t[i].kind == ']' || t[i].kind == '(' || t[i].kind == ')' ||
		t[i].kind == TOKEN_NUMBER || t[i].kind == TOKEN_STRING || t[i].kind == TOKEN_WORD))
		i++;
	macro->initialised = i < count && t[i].kind == '=';
	if (macro->initialised || i == count || t[i].kind == ';')
		g_array_append_val(r->source->macros, *macro);
}

static void read_macro(struct source_reader *r, struct source_word name, bool function_like,
		       const struct source_word *parameters, guint parameter_count, guint count)
{
	const struct token *t = r->macro;
	guint depth = 0, i;

	if (function_like)
		add_function(r, name, true);
	/* else no calls are recorded */
	for (i = 0; i < count; i++) {
		struct source_macro macro = { .macro = name, .argument = -1 };
		bool starts = !i || t[i - 1].kind == ';' || t[i - 1].kind == '}' ||
			      t[i - 1].class == WORD_STORAGE;

		if (t[i].class == WORD_MENTION)
			r->source->mentions |= t[i].number;
		if (t[i].kind == '{' || t[i].kind == '(')
			depth++;
		else if ((t[i].kind == '}' || t[i].kind == ')') && depth)
			depth--;
		if (i + 1 == count)
			break;
		if (t[i].class == WORD_RECORD && is_plain(&t[i + 1])) {
			read_macro_variable(r, parameters, parameter_count, &macro, i, count);
		} else if (is_plain(&t[i]) && t[i + 1].kind == '(') {
			if (function_like) {
				struct source_call call = { .name = word_of(&t[i]) };

				call.member =
					i && (t[i - 1].kind == TOKEN_ARROW || t[i - 1].kind == '.');
				g_array_append_val(r->source->calls, call);
			}
			if (depth || !starts)
				continue;
			macro.use = t[i].hash;
			if (i + 2 < count && is_plain(&t[i + 2]))
				macro.argument =
					macro_parameter(parameters, parameter_count, &t[i + 2]);
			g_array_append_val(r->source->macros, macro);
		}
	}
}

/* "name(a, b) text" or "name text", from behind "#define" to end. */
static void read_define(struct source_reader *r, const char *at, const char *end)
{
	struct source_word parameters[MACRO_PARAMETERS];
	guint parameter_count = 0, count = 0;
	struct tokens tokens;
	struct token token;
	struct source_word name;
	bool function_like = memchr(at, '(', end - at);
	char *stop = r->text + (end - r->text);
	char saved = *stop;

	/* Most macros are numbers. */
	if (!function_like && !memchr(at, '{', end - at))
		return;
	*stop = '\0';
	tokens_init(&tokens, r->source->words, at, end - at, true);
	if (!tokens_next(&tokens, &token) || token.kind != TOKEN_WORD)
		goto out;
	name = word_of(&token);
	function_like = *tokens.at == '(';
	if (!function_like && !memchr(tokens.at, '{', end - tokens.at))
		goto out;
	if (function_like) {
		tokens_next(&tokens, &token);
		while (tokens_next(&tokens, &token) && token.kind != ')')
			if (token.kind == TOKEN_WORD && parameter_count < MACRO_PARAMETERS)
				parameters[parameter_count++] = word_of(&token);
	}
	while (count < MACRO_TOKENS && tokens_next(&tokens, &r->macro[count]))
		count++;
	read_macro(r, name, function_like, parameters, parameter_count, count);
	if (r->in_function)
		resume_function(r, r->function);
out:
	*stop = saved;
}

static void open_condition(struct source_reader *r)
{
	if (r->condition_count < CONDITIONS)
		r->conditions[r->condition_count] = (struct condition){
			.depth = r->depth,
			.in_function = r->in_function,
			.function = r->function,
			.function_depth = r->function_depth,
			.parens = r->statement.parens,
			.brackets = r->statement.brackets,
			.statement = r->statement,
		};
	r->condition_count++;
}

/* At an #else or #elif: back to the state at the #if. */
static void next_branch(struct source_reader *r)
{
	const struct condition *c;

	if (!r->condition_count || r->condition_count > CONDITIONS)
		return;
	c = &r->conditions[r->condition_count - 1];
	if (c->depth == r->depth) {
		r->split = reader_scope(r) == SCOPE_FILE;
		r->statement.parens = c->parens;
		r->statement.brackets = c->brackets;
		return;
	}
	r->depth = c->depth;
	r->overflow = 0;
	r->statement = c->statement;
	r->in_function = c->in_function;
	r->function_depth = c->function_depth;
	if (c->in_function)
		resume_function(r, c->function);
}

static bool directive_is(const char *at, const char *end, const char *name)
{
	gsize length = strlen(name);

	return (gsize)(end - at) >= length && !memcmp(at, name, length) &&
	       (at + length == end || !(g_ascii_isalnum(at[length]) || at[length] == '_'));
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\f' || *at == '\v'))
		at++;
	return at;
}

/* Whether the directive is a condition that is never true. */
static bool is_never(const char *at, const char *end)
{
	if (!directive_is(at, end, "if"))
		return false;
	at = skip_blanks(at + 2, end);
	return directive_is(at, end, "0") &&
	       (at + 1 == end || !strchr("&|=<>?.xX+-*", *skip_blanks(at + 1, end)));
}

/* What is between "#if 0" and its #else or #endif is no part of the file. */
static void skip_branch(struct source_reader *r)
{
	guint nested = 0;
	struct token token;

	while (tokens_next(&r->tokens, &token)) {
		const char *end = token.text + token.length;
		const char *at;

		if (token.kind != TOKEN_DIRECTIVE)
			continue;
		at = skip_blanks(token.text + 1, end);
		if (directive_is(at, end, "endif")) {
			if (!nested--) {
				r->condition_count--;
				return;
			}
		} else if (!strncmp(at, "if", 2)) {
			nested++;
		} else if (!nested && !strncmp(at, "el", 2)) {
			return;
		}
	}
}

static void read_directive(struct source_reader *r, const struct token *token)
{
	const char *end = token->text + token->length;
	const char *at = skip_blanks(token->text + 1, end);

	if (at == end)
		return;
	if (at[0] == 'd') {
		if (directive_is(at, end, "define"))
			read_define(r, at + strlen("define"), end);
	} else if (at[0] == 'i' && at[1] == 'f') {
		open_condition(r);
		if (is_never(at, end))
			skip_branch(r);
	} else if (at[0] == 'e' && at[1] == 'l') {
		next_branch(r);
	} else if (directive_is(at, end, "endif") && r->condition_count) {
		r->condition_count--;
	}
}

/* The whole text */

static void read_token(struct source_reader *r, const struct token *token)
{
	struct statement *s = &r->statement;

	if (r->cast != CAST_NONE || token->kind == '(')
		follow_cast(r, token);
	switch (token->kind) {
	case TOKEN_WORD:
		read_word(r, token);
		break;
	case '{':
		open_brace(r);
		r->cast = CAST_NONE;
		break;
	case '}':
		close_brace(r, token);
		break;
	case '(':
		open_paren(r);
		break;
	case ')':
		close_paren(r);
		break;
	case '[':
		s->brackets++;
		break;
	case ']':
		if (s->brackets)
			s->brackets--;
		break;
	case ';':
		end_statement(r);
		break;
	case ',':
		read_comma(r);
		break;
	case '=':
		read_assignment(r);
		break;
	case '*':
		if (!s->assigned && !s->parens && !s->brackets) {
			s->is_pointer = true;
			s->tag = TAG_NONE;
		}
		break;
	default:
		break;
	}
}

void source_read(struct source *source, char *text, gsize length, guint number)
{
	struct source_reader *r = source->reader;
	struct token *token = &r->recent[0], *free;

	source->mentions = 0;
	g_array_set_size(source->functions, 0);
	g_array_set_size(source->calls, 0);
	g_array_set_size(source->tables, 0);
	g_array_set_size(source->paths, 0);
	g_array_set_size(source->relations, 0);
	g_array_set_size(source->uses, 0);
	g_array_set_size(source->macros, 0);
	g_array_set_size(source->references, 0);
	g_array_set_size(source->mapping_types, 0);

	r->source = source;
	r->text = text;
	r->number = number;
	r->untagged = 0;
	r->depth = 0;
	r->overflow = 0;
	r->condition_count = 0;
	r->statement = (struct statement){ 0 };
	r->group_count = 0;
	r->split = false;
	r->old_style = (struct source_word){ 0 };
	r->cast = CAST_NONE;
	r->in_function = false;
	memset(r->recent, 0, sizeof(r->recent));
	r->last = &r->recent[1];
	r->before = &r->recent[2];
	tokens_init(&r->tokens, source->words, text, length, false);

	while (tokens_next(&r->tokens, token)) {
		if (token->kind == TOKEN_DIRECTIVE) {
			read_directive(r, token);
			continue;
		}
		read_token(r, token);
		/* What was before the last one is not needed any more. */
		free = r->before;
		r->before = r->last;
		r->last = token;
		token = free;
	}
	flush_groups(r);
}

struct source *source_new(void)
{
	struct source *source = g_new0(struct source, 1);

	source->functions = g_array_new(FALSE, FALSE, sizeof(struct source_function));
	source->calls = g_array_new(FALSE, FALSE, sizeof(struct source_call));
	source->tables = g_array_new(FALSE, FALSE, sizeof(struct source_table));
	source->paths = g_array_new(FALSE, FALSE, sizeof(struct source_path));
	source->relations = g_array_new(FALSE, FALSE, sizeof(struct source_relation));
	source->uses = g_array_new(FALSE, FALSE, sizeof(struct source_use));
	source->macros = g_array_new(FALSE, FALSE, sizeof(struct source_macro));
	source->references = g_array_new(FALSE, FALSE, sizeof(guint64));
	source->mapping_types = g_array_new(FALSE, FALSE, sizeof(struct source_word));
	source->words = token_words_new(vocabulary, G_N_ELEMENTS(vocabulary));
	source->reader = g_new0(struct source_reader, 1);
	return source;
}

void source_free(struct source *source)
{
	if (!source)
		return;
	g_array_unref(source->functions);
	g_array_unref(source->calls);
	g_array_unref(source->tables);
	g_array_unref(source->paths);
	g_array_unref(source->relations);
	g_array_unref(source->uses);
	g_array_unref(source->macros);
	g_array_unref(source->references);
	g_array_unref(source->mapping_types);
	token_words_free(source->words);
	g_free(source->reader);
	g_free(source);
}
