/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_xml: what the formats that are XML share.
 */
#ifndef PFNCHECK_REPORT_XML_H
#define PFNCHECK_REPORT_XML_H

#include <glib.h>

/* Appends text of any origin, fit for content and for attributes; lines stay apart. */
void report_xml_text(GString *out, const char *s);

/* Appends ' NAME="VALUE"'. */
void report_xml_attribute(GString *out, const char *name, const char *value);
void report_xml_number(GString *out, const char *name, guint value);

#endif
