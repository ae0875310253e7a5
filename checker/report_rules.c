// SPDX-License-Identifier: GPL-2.0-only
#include "report_rules.h"

#include <string.h>

const struct report_rule report_rules[] = {
	{
		.id = "cleared-pfnmap",
		.name = "ClearedPfnmap",
		.brief = "VM_PFNMAP is cleared on a dma-buf mapping and not set again.",
		.full = "A mapping of a dma-buf had VM_PFNMAP and the exporter takes it away. "
			"get_user_pages() then works on the mapping and takes references of pages "
			"that the exporter does not expect.",
		.help = "Leave `VM_PFNMAP` set, and insert pfns only. Where struct pages are "
			"inserted afterwards, insert their pfns instead with "
			"`remap_pfn_range()` or, in a fault handler, `vmf_insert_pfn()`.",
		.level = LEVEL_ERROR,
		.precision = "high",
	},
	{
		.id = "cow-pfnmap",
		.name = "CowPfnmap",
		.brief = "Private mappings of a dma-buf reach the BUG_ON for copy-on-write.",
		.full = "The exporter lets private mappings through that may be written to, and "
			"inserts pfns into them one by one. The helper stops the kernel on such a "
			"mapping, so that user space can do it.",
		.help = "Refuse private mappings in the mmap callback: return `-EINVAL` unless "
			"`vma->vm_flags` has `VM_SHARED`.",
		.level = LEVEL_WARNING,
		.precision = "high",
	},
	{
		.id = "helper-precondition",
		.name = "HelperPrecondition",
		.brief = "A helper is called in a state that its own body refuses.",
		.full = "A helper of mm is reached with flags of the mapping with which its body in "
			"this tree stops the kernel, warns, or can only fail.",
		.help = "Set the flags that the helper asks for before it is reached, or use the "
			"helper that goes with the flags.",
		.level = LEVEL_WARNING,
		.precision = "high",
	},
	{
		.id = "missing-pfnmap",
		.name = "MissingPfnmap",
		.brief = "A mapping of a dma-buf is left without VM_PFNMAP.",
		.full = "The mmap callback of an exporter succeeds and leaves a mapping without "
			"VM_PFNMAP, so that get_user_pages() is not kept from it.",
		.help = "Set `VM_PFNMAP` with `vm_flags_set()` in the mmap callback, or map with "
			"`remap_pfn_range()`, which sets it.",
		.level = LEVEL_ERROR,
		.precision = "high",
	},
	{
		.id = "mixedmap",
		.name = "MixedmapForPfnmap",
		.brief = "VM_MIXEDMAP stands in for VM_PFNMAP in a dma-buf mapping.",
		.full = "VM_MIXEDMAP allows struct pages in a mapping beside pfns, and "
			"get_user_pages() works on those. It is no substitute for VM_PFNMAP.",
		.help = "Set `VM_PFNMAP` instead and insert with `vmf_insert_pfn()`.",
		.level = LEVEL_ERROR,
		.precision = "high",
	},
	{
		.id = "not-in-this-config",
		.name = "NotInThisConfig",
		.brief = "Code that matters is left out by every configuration analysed.",
		.full = "An exporter, a table of one, or a call of a helper is in code that no "
			"analysed configuration compiles. What was not compiled was not followed.",
		.help = "Analyse a configuration that compiles it as well: `--arch`, `--config` or "
			"`--build`.",
		.level = LEVEL_NOTE,
		.precision = "medium",
	},
	{
		.id = "page-insert",
		.name = "PageInsert",
		.brief = "Struct pages are mapped to user space through a dma-buf.",
		.full = "The mmap callback of an exporter, or a fault handler that it installs, "
			"inserts struct pages. get_user_pages() then works on the mapping, takes "
			"references that the exporter does not expect, and user space comes to "
			"depend on it.",
		.help = "Insert pfns under `VM_PFNMAP`: with `remap_pfn_range()`, or with "
			"`vmf_insert_pfn()` in a fault handler. A mapped page held a reference and "
			"a pfn holds none: check the lifetime of the buffer.",
		.level = LEVEL_ERROR,
		.precision = "high",
	},
	{
		.id = RULE_UNKNOWN,
		.name = "UndecidedExporter",
		.brief = "It was not decided whether an exporter keeps the rule.",
		.full = "The analysis came to something that it cannot follow on a way that matters: "
			"the message says what. Nothing is known about the exporter's mappings.",
		.help = "Look at what the reason names; `pfncheck explain` shows the way that was "
			"followed up to there.",
		.level = LEVEL_WARNING,
		.precision = "low",
	},
	{
		.id = "verdict",
		.name = "ExporterVerdict",
		.brief =
			"The verdict on an exporter changed, or counts, without a finding of its own.",
		.full = "An exporter came, went, or has another verdict than in what it was compared "
			"with, and the findings alone do not tell.",
		.help = "`pfncheck explain` shows how the verdict came about.",
		.level = LEVEL_ERROR,
		.precision = "high",
	},
};

const unsigned int report_rule_count = G_N_ELEMENTS(report_rules);

int report_rule_find(const char *id)
{
	for (guint i = 0; i < report_rule_count; i++) {
		if (g_strcmp0(report_rules[i].id, id) == 0)
			return i;
	}
	return -1;
}
