/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_rules: what each rule is about, for formats that explain them.
 */
#ifndef PFNCHECK_REPORT_RULES_H
#define PFNCHECK_REPORT_RULES_H

#include "audit.h"

struct report_rule {
	const char *id;	   /* as in findings */
	const char *name;  /* in PascalCase, for those who want it */
	const char *brief; /* one sentence */
	const char *full;  /* what is wrong with it */
	const char *help;  /* what to do about it, in Markdown without links */
	enum level level;  /* that findings have at most */
	const char *precision;
};

/* Sorted by id. */
extern const struct report_rule report_rules[];
extern const unsigned int report_rule_count;

/* The index of the rule, or -1. */
int report_rule_find(const char *id);

#endif
