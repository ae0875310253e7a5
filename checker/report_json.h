/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_json: what the writers of formats that are JSON share.
 */
#ifndef PFNCHECK_REPORT_JSON_H
#define PFNCHECK_REPORT_JSON_H

#include <glib.h>
#include <jansson.h>

/* The string with what is not UTF-8 replaced, or null for NULL; a new reference. */
json_t *report_json_text(const char *s);

/* Appends the value, in ASCII, with a newline after it, and releases it. */
void report_json_write(json_t *value, GString *out);

#endif
