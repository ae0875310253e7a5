/* SPDX-License-Identifier: GPL-2.0-only */
/* report_proof: proofs as text for people. */
#ifndef PFNCHECK_REPORT_PROOF_H
#define PFNCHECK_REPORT_PROOF_H

#include "proof.h"
#include "report.h"

/* Of more routes than these only the index is shown, but with --verbose. */
#define PROOFS_SHOWN 8

/*
 * Appends the proofs (struct proof *), with an index before them if there are
 * several.  options->colour is not COLOUR_AUTO.
 */
void report_proof(const struct audit *audit, const GPtrArray *proofs,
		  const struct report_options *options, GString *out);

#endif
