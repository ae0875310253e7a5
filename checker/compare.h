/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compare: what changed for exporters between two audits, whatever moved in the
 * text.
 */
#ifndef PFNCHECK_COMPARE_H
#define PFNCHECK_COMPARE_H

#include "audit.h"

/*
 * What became of a verdict: none, worse or better.  A verdict that turns unknown is
 * worse, whatever it was.
 */
enum change verdict_change(enum verdict before, enum verdict now);

/*
 * Leaves in head the routes and findings that differ from base, each with its
 * change; what only base has and broke a rule is added as fixed.  Takes base, which
 * lives as long as head from now on.  Routes go together by exporter and tables,
 * findings by rule and context; neither by lines.  Of the notes those remain
 * that base does not have, and of the files that could not be analysed those that base
 * could analyse.
 */
void compare_audits(struct audit *head, struct audit *base);

#endif
