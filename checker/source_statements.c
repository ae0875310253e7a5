// SPDX-License-Identifier: GPL-2.0-only
/*
 * A statement is followed word by word until its '{', ';' or ',' shows what it was;
 * a stack of levels says what the braces around it are.
 *
 * Where braces do not balance, a '}' or a "static" in the first column, which the
 * kernel's style keeps for file scope, ends whatever is still open.
 */
#include "source_private.h"

/* The mark of a record without a tag. */
#define UNTAGGED_MARK G_GUINT64_CONSTANT(0xc2b2ae3d27d4eb4f)

/* A type for a record without a tag, that no other has. */
static struct source_word untagged_record(struct source_reader *r)
{
	guint64 id = (r->salt + ++r->untagged) * UNTAGGED_MARK;

	return (struct source_word){ NULL, id, 0 };
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
	guint outer = r->depth ? r->levels[r->depth - 1].table : G_MAXUINT;
	guint table;

	if (reader_scope(r) == SCOPE_TABLE && outer != G_MAXUINT) {
		struct source_word name =
			g_array_index(r->source->tables, struct source_table, outer).name;

		table = reader_add_table(r, r->cast_type, r->cast_alias, name, true);
		g_array_index(r->source->tables, struct source_table, table).nested = true;
	} else if (statement_declares(s) && s->assigned && s->record.hash == r->cast_type.hash) {
		table = reader_declare_variable(r, true);
	} else {
		struct source_word name = s->name.text ? s->name : s->type;

		if (!s->assigned || !name.text)
			name = r->cast_type;
		table = reader_add_table(r, r->cast_type, r->cast_alias, name, true);
	}
	open_table(r, table);
}

static void open_record(struct source_reader *r)
{
	struct statement *s = &r->statement;
	struct level *level;

	if (s->tag == TAG_EXPECTED)
		s->record = untagged_record(r);
	/* "struct ATTRIBUTE tag {" */
	if (s->name.text)
		s->record = s->name;
	s->name = (struct source_word){ 0 };
	s->tag = TAG_NONE;
	s->defines = true;
	level = open_level(r, SCOPE_RECORD);
	level->record = level->outer.record;
}

/* Whether "struct X y" is before a '{': X must be an attribute that is not known. */
static bool names_record(const struct source_reader *r)
{
	const struct statement *s = &r->statement;

	return s->record.hash && s->name.text && r->last->text == s->name.text && !s->assigned &&
	       !s->parens && !r->group_count;
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
	} else if (s->tag == TAG_EXPECTED || s->tag == TAG_GIVEN || names_record(r)) {
		open_record(r);
	} else if (s->tag == TAG_ENUM) {
		s->tag = TAG_NONE;
		open_level(r, SCOPE_OTHER);
	} else if (scope == SCOPE_OTHER) {
		open_level(r, SCOPE_OTHER);
	} else if (scope == SCOPE_TABLE && r->last->kind != '(') {
		struct source_path path = reader_designated_path(r, 0);

		reader_add_path(r, &path);
		open_table(r, path.table);
		r->levels[r->depth - 1].path = path;
	} else if (r->last->kind == '=') {
		open_table(r, statement_declares(s) && !s->parens ?
				      reader_declare_variable(r, true) :
				      G_MAXUINT);
	} else if (scope != SCOPE_FILE || s->parens) {
		open_level(r, SCOPE_BODY);
	} else if (s->is_extern && r->last->kind == TOKEN_STRING) {
		open_level(r, SCOPE_FILE);
	} else if (s->assigned) {
		open_level(r, SCOPE_OTHER);
	} else {
		reader_open_function(r);
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
		reader_flush_groups(r);
		r->statement = (struct statement){ 0 };
		return;
	}
	if (reader_scope(r) == SCOPE_RECORD && r->statement.name.text)
		reader_end_member(r);
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

static void end_statement(struct source_reader *r)
{
	if (r->statement.parens) {
		/* for (;;) in a body; elsewhere a parenthesis was lost. */
		if (reader_scope(r) == SCOPE_BODY)
			return;
		r->statement.parens = 0;
	}
	reader_end_declarator(r);
	if (reader_scope(r) == SCOPE_FILE) {
		if (r->group_count == 1 && r->groups[0].followed && r->groups[0].plain)
			r->old_style = r->groups[0].word;
		else if (r->group_count)
			r->old_style = (struct source_word){ 0 };
		reader_flush_groups(r);
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
	reader_end_declarator(r);
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
		struct source_path path = reader_designated_path(r, 1);

		reader_add_path(r, &path);
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
			struct group *group = reader_add_group(r);

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
	group->mapping |= token->class == WORD_MENTION && token->number == MENTIONS_MAPPING;
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

/* A word in the first column that begins a declaration: was something left open? */
static void start_over(struct source_reader *r, const struct token *token)
{
	bool file_scope = token->class == WORD_EXTERN || token->class == WORD_TYPEDEF ||
			  (token->class == WORD_STORAGE && token->number == WORD_STATIC);

	if (file_scope && r->depth)
		recover(r, 0);
	if (reader_scope(r) != SCOPE_FILE)
		return;
	if (file_scope || (r->statement.assigned && !r->statement.parens)) {
		if (r->statement.parens || r->statement.assigned)
			end_statement(r);
	}
}

static void read_word(struct source_reader *r, const struct token *token)
{
	struct statement *s = &r->statement;

	if (token->class > WORD_MENTION && token->class <= WORD_TYPE && in_first_column(r, token))
		start_over(r, token);
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
		s->defines = false;
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
		/* "if (x) {" and its kin are no casts. */
		if (r->last->kind != TOKEN_WORD ||
		    (r->last->class == WORD_CONTROL && r->last->number == WORD_RETURN))
			next = CAST_OPEN;
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

void reader_read_token(struct source_reader *r, const struct token *token)
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
