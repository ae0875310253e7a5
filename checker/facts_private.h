/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of facts share: how the text form spells kinds and names.
 */
#ifndef PFNCHECK_FACTS_PRIVATE_H
#define PFNCHECK_FACTS_PRIVATE_H

#include "facts.h"

extern const char *const facts_node_names[NODE_END + 1];
extern const char *const facts_linkage_names[LINKAGE_INLINE + 1];

/* A name with what would end its field escaped. */
void facts_print_name(const char *name, GString *out);

#endif
