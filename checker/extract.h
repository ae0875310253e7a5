/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * extract: one file and its flags in, facts out.  Requests are made in the
 * parent, handled in a worker, and their replies read in the parent again.
 */
#ifndef PFNCHECK_EXTRACT_H
#define PFNCHECK_EXTRACT_H

#include <glib.h>
#include <stdbool.h>

struct extract_request {
	const char *path;  /* relative to the tree */
	const char *root;  /* of the tree, absolute */
	const char *build; /* build directory, absolute, or "" */
	const char *const *flags;
	const char *content; /* to read instead of the file, or NULL */
	const char *pch;     /* a precompiled header to use or, with make_pch, to make; or NULL */
	bool make_pch;
};

struct extract_reply {
	GVariant *variant; /* owns the rest */
	const char *facts; /* text */
	gsize size;
	const char **headers; /* NULL-terminated, absolute, what the file read */
	const char *fatal;    /* first fatal error, or NULL */
	bool used_pch;
	bool ok; /* of make_pch: it was written */
};

/* The text of precompiled headers, in a new string. */
char *extract_common_headers(void);

GBytes *extract_request_pack(const struct extract_request *request);
/* The handler of workers; never NULL. */
GBytes *extract_handle(const char *request, gsize size);
/* False if the bytes are not a reply. Takes reply over. */
bool extract_reply_unpack(struct extract_reply *out, char *reply, gsize size);
void extract_reply_clear(struct extract_reply *reply);

/* The first of the errors after which the compiler would have ended, or NULL. */
const char *extract_fatal_error(const GPtrArray *errors);
/*
 * The names of headers (NULL-terminated, as they are spelled) that were not found; NULL if
 * the compiler would have ended after another error, too.
 */
char **extract_missing_headers(const GPtrArray *errors);

#endif
