# SPDX-License-Identifier: GPL-2.0-only
"""One mutant under way: the edits that an operator makes at a site."""

import re

from c_text import Text, same_words
from sites import Site

# What a function that stands for a helper takes and returns.
SIGNATURES = {
    "vmf_insert_pfn": ("vm_fault_t", "struct vm_area_struct *vma", "unsigned long address",
                       "unsigned long pfn"),
    "vmf_insert_pfn_prot": ("vm_fault_t", "struct vm_area_struct *vma", "unsigned long address",
                            "unsigned long pfn", "pgprot_t prot"),
    "vmf_insert_page": ("vm_fault_t", "struct vm_area_struct *vma", "unsigned long address",
                        "struct page *page"),
    "vmf_insert_mixed": ("vm_fault_t", "struct vm_area_struct *vma", "unsigned long address",
                         "pfn_t pfn"),
    "remap_pfn_range": ("int", "struct vm_area_struct *vma", "unsigned long address",
                        "unsigned long pfn", "unsigned long size", "pgprot_t prot"),
    "io_remap_pfn_range": ("int", "struct vm_area_struct *vma", "unsigned long address",
                           "unsigned long pfn", "unsigned long size", "pgprot_t prot"),
    "vm_map_pages": ("int", "struct vm_area_struct *vma", "struct page **pages",
                     "unsigned long number"),
    "remap_vmalloc_range": ("int", "struct vm_area_struct *vma", "void *address",
                            "unsigned long offset"),
    "dma_mmap_attrs": ("int", "struct device *dev", "struct vm_area_struct *vma",
                       "void *cpu_address", "dma_addr_t dma_address", "size_t size",
                       "unsigned long attrs"),
    "dma_mmap_wc": ("int", "struct device *dev", "struct vm_area_struct *vma",
                    "void *cpu_address", "dma_addr_t dma_address", "size_t size"),
    "dma_mmap_coherent": ("int", "struct device *dev", "struct vm_area_struct *vma",
                          "void *cpu_address", "dma_addr_t dma_address", "size_t size"),
}

# How the call of a helper becomes one of another class, by the names of arguments.
AS_PAGE = {
    "vmf_insert_pfn": "vmf_insert_page({0}, {1}, pfn_to_page({2}))",
    "vmf_insert_pfn_prot": "vmf_insert_page({0}, {1}, pfn_to_page({2}))",
    "remap_pfn_range": "vm_insert_page({0}, {1}, pfn_to_page({2}))",
    "io_remap_pfn_range": "vm_insert_page({0}, {1}, pfn_to_page({2}))",
}
WHOLE = "({0})->vm_end - ({0})->vm_start, ({0})->vm_page_prot"
AS_PFN = {
    "vmf_insert_page": "vmf_insert_pfn({0}, {1}, page_to_pfn({2}))",
    "vmf_insert_mixed": "vmf_insert_pfn({0}, {1}, pfn_t_to_pfn({2}))",
    "vm_map_pages": "remap_pfn_range({0}, ({0})->vm_start, page_to_pfn(({1})[0]), " + WHOLE + ")",
    "remap_vmalloc_range": "remap_pfn_range({0}, ({0})->vm_start, vmalloc_to_pfn({1}), "
                           + WHOLE + ")",
}
AS_MIXED = {
    "vmf_insert_pfn": "vmf_insert_mixed({0}, {1}, __pfn_to_pfn_t({2}, PFN_DEV))",
}


class NoSite(Exception):
    """The text of a site is not where it was."""


class Mutant:
    """Edits of files by offsets of their original text; number keeps new names apart."""

    def __init__(self, tree, site, number, choice=None):
        self.tree = tree
        self.site = site
        self.number = number
        self.choice = choice
        self.edits = {}
        self.created = {}
        self.renamed = {}

    def name(self, word):
        return f"mutant_{self.number}_{word}"

    @property
    def text(self) -> Text:
        return self.tree.text(self.site.file)

    @property
    def function(self):
        function = self.text.function(self.site.function)
        if not function:
            raise NoSite(f"{self.site.file}: no function {self.site.function}")
        return function

    #
    # The text of the site
    #

    def found(self, spans):
        """The span of the site's text, of those that could be it."""
        same = [span for span in spans
                if same_words(self.text.text[span[0]:span[1]]) == self.site.text]
        if len(same) < self.site.number:
            raise NoSite(f"{self.site.file}: {self.site.function} has no '{self.site}'")
        return same[self.site.number - 1]

    def call(self):
        """The call that the site is."""
        name = re.match(r"\w+", self.site.text).group()
        calls = self.text.calls(name, self.function.brace, self.function.end)
        span = self.found([(call.begin, call.end) for call in calls])
        return next(call for call in calls if call.begin == span[0])

    def statement(self):
        """The span of the statement that the site is."""
        function, spans = self.function, []
        for found in re.finditer(re.escape(self.site.text.split()[0].split("(")[0]),
                                 self.text.code[function.brace:function.end]):
            span = self.text.statement(function.brace + found.start())
            if span not in spans:
                spans.append(span)
        return self.found(spans)

    def conditional(self):
        """The span of the `if` with one statement that the site is."""
        function = self.function
        return self.found([
            (function.brace + found.start(),
             self.text.code.index(";", function.brace + found.start()) + 1)
            for found in re.finditer(r"\bif\s*\(", self.text.code[function.brace:function.end])])

    def member(self):
        """The span of the table's member that the site is."""
        name = re.match(r"\.(\w+)", self.site.text).group(1)
        found = self.text.member(self.site.function, name)
        if not found or f".{name} = {found[2]}" != self.site.text:
            raise NoSite(f"{self.site.file}: {self.site.function} has no '{self.site}'")
        return found[0], found[1]

    #
    # Edits
    #

    def replace(self, begin, end, new, path=None):
        self.edits.setdefault(path or self.site.file, []).append((begin, end, new))

    def insert(self, at, new, path=None):
        self.replace(at, at, new, path)

    def before_function(self, new):
        """Puts definitions before the site's function."""
        self.insert(self.function.begin, new.rstrip("\n") + "\n\n")

    def before_table(self, new):
        """Puts definitions before the table that the site stands in."""
        at = self.text.initializer(self.site.function)[0]
        begin = max(self.text.code.rfind(c, 0, at) for c in ";}") + 1
        self.insert(self.text.after_directives(begin, at), new.rstrip("\n") + "\n\n")

    def at_end(self, new, path=None):
        path = path or self.site.file
        self.insert(len(self.tree.text(path).text), "\n" + new.rstrip("\n") + "\n", path)

    def at_start_of_body(self, new):
        self.insert(self.function.brace + 1, "\n\t" + new)

    def include(self, header):
        """Includes a header before the first other one."""
        at = re.search(r"^#\s*include\b", self.text.text, re.M).start()
        self.insert(at, f"#include <{header}>\n")

    def create(self, path, content):
        self.created[path] = content

    def beside(self, name):
        """A path in the site's directory."""
        return self.site.file.rpartition("/")[0] + "/" + name

    def companions(self):
        """Other files that the site's directory builds."""
        directory = self.site.file.rpartition("/")[0]
        makefile = self.tree.root / directory / "Makefile"
        words = makefile.read_text(encoding="utf-8") if makefile.is_file() else ""
        found = {f"{directory}/{name}.c" for name in re.findall(r"([\w-]+)\.o\b", words)}
        return sorted(path for path in found
                      if path != self.site.file and self.tree.exists(path))

    def results(self):
        """What the files become, by path."""
        out = dict(self.created)
        for path, edits in self.edits.items():
            text = self.tree.text(path).text
            # Of two at one offset the one that was made first comes first.
            for begin, end, new in sorted(edits[::-1], key=lambda e: (e[0], e[1]), reverse=True):
                text = text[:begin] + new + text[end:]
            out[path] = text
        return out


def filled(template, arguments):
    return template.format(*arguments)


def signature(helper):
    """Result, parameters and their names of a function that stands for a helper."""
    result, *parameters = SIGNATURES[helper]
    return result, parameters, [re.search(r"\w+$", p).group() for p in parameters]


def move_behind(mutant, how, template):
    """The call at the site goes through something new, whose body is a template's call."""
    call = mutant.call()
    result, parameters, names = signature(call.name)
    new = mutant.name("insert")
    body = filled(template, names)
    head = f"{result} {new}({', '.join(parameters)})"
    definition = f"{head}\n{{\n\treturn {body};\n}}\n"
    arguments = ", ".join(call.arguments)

    if how == "function":
        mutant.before_function(f"static {definition}")
    elif how == "macro":
        mutant.before_function(f"#define {new}({', '.join(names)}) \\\n\t{body}")
    elif how == "header":
        header = mutant.name("insert.h")
        mutant.create(mutant.beside(header),
                      "/* SPDX-License-Identifier: GPL-2.0-only */\n"
                      "#include <linux/dma-mapping.h>\n#include <linux/mm.h>\n"
                      f"#include <linux/pfn_t.h>\n\nstatic inline {definition}")
        mutant.before_function(f'#include "{header}"')
    elif how == "file":
        mutant.before_function(f"{head};")
        mutant.at_end(f"#include <linux/dma-mapping.h>\n#include <linux/export.h>\n"
                      f"#include <linux/mm.h>\n#include <linux/pfn_t.h>\n\n{head};\n"
                      f"{definition}EXPORT_SYMBOL_GPL({new});", mutant.choice)
    elif how == "pointer":
        kinds = ", ".join(parameters)
        if mutant.choice == "table":
            mutant.before_function(
                f"static {definition}\nstatic const struct {mutant.name('ops')} {{\n"
                f"\t{result} (*insert)({kinds});\n}} {mutant.name('table')} = {{\n"
                f"\t.insert = {new},\n}};")
            new = f"{mutant.name('table')}.insert"
        elif mutant.choice == "variable":
            mutant.before_function(f"static {definition}\n"
                                   f"static {result} (*{mutant.name('pointer')})({kinds}) = {new};")
            new = mutant.name("pointer")
        else:
            mutant.before_function(f"static {definition}")
            mutant.at_start_of_body(f"{result} (*{mutant.name('local')})({kinds}) = {new};")
            new = mutant.name("local")
    mutant.replace(call.begin, call.end, f"{new}({arguments})")


__all__ = ["AS_MIXED", "AS_PAGE", "AS_PFN", "Mutant", "NoSite", "Site", "filled", "move_behind",
           "signature"]
