# SPDX-License-Identifier: GPL-2.0-only
"""Where a kernel can be mutated: places in the functions that routes go through.

In: an audit and the dump of scan, which tells the functions, their files and what
they call by name.  Out: for each kind of place its sites, sorted.  A site names its
file, its function and its text, so that it is found again when lines have moved.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from c_text import Text, same_words

FAULT_HELPERS = ("vmf_insert_pfn", "vmf_insert_pfn_prot", "vmf_insert_page", "vmf_insert_mixed")
MMAP_HELPERS = ("remap_pfn_range", "io_remap_pfn_range", "vm_map_pages", "remap_vmalloc_range")
DMA_HELPERS = ("dma_mmap_attrs", "dma_mmap_wc", "dma_mmap_coherent")
HANDLERS = ("fault", "huge_fault", "map_pages", "page_mkwrite", "pfn_mkwrite")

# Drivers stand below these; core code is edited by the mutants of its own operator.
DRIVERS = ("drivers/", "samples/", "sound/")
CORE = ("drivers/iommu/", "drivers/pci/")
# Callbacks that hand over to what a table names.
SHARED = ("drm_gem_dmabuf_mmap", "drm_gem_prime_mmap", "drm_gem_mmap_obj", "drm_gem_mmap")


def chain(route):
    """The names of a route: its object and the tables behind it."""
    return [route["ops"]["name"]] + [table["name"] for table in route["tables"]]


def key_of(route):
    return ">".join(chain(route))


def is_driver(path):
    return path.startswith(DRIVERS) and not path.startswith(CORE) and path.endswith(".c")


def takes_mapping(text, name):
    function = text.function(name)
    return any(function.parameter(kind) for kind in ("vm_area_struct", "vm_fault"))


def is_named(key, name):
    """Whether a route is meant by a name: a part of its key, in order."""
    parts = iter(key.split(">"))
    return all(part in parts for part in name.split(">"))


@dataclass
class Site:
    """A place: kind-specific text in a function (or a table, for what stands in one)."""
    file: str
    function: str
    text: str
    number: int = 1
    routes: list = field(default_factory=list)

    @property
    def order(self):
        return self.file, self.function, self.text, self.number

    @property
    def driver(self):
        """What counts as one driver: a directory of DRM's, else a file."""
        found = re.match(r"drivers/(?:gpu/drm|accel)/[^/]+(?=/)", self.file)
        return found.group() if found else self.file

    def __str__(self):
        return self.text if self.number == 1 else f"{self.text} #{self.number}"


class Tree:
    """A kernel tree; files are read once."""

    def __init__(self, root):
        self.root = Path(root)
        self.read = {}

    def text(self, path):
        if path not in self.read:
            content = (self.root / path).read_text(encoding="utf-8", errors="surrogateescape")
            self.read[path] = Text(path, content)
        return self.read[path]

    def exists(self, path):
        return (self.root / path).is_file()


class Routes:
    """What the routes of an audit go through."""

    def __init__(self, tree, report, scan):
        self.tree = tree
        self.routes = report["routes"]
        self.defined = {}
        self.callees = {}
        self.tables = {}
        self.candidates = []
        for line in scan.splitlines():
            words = line.split("\t")
            if words[0] == "function":
                self.defined.setdefault(words[1], []).append(words[2].rpartition(":")[0])
            elif words[0] == "call":
                self.callees.setdefault(words[1], set()).add(words[2])
            elif words[0] == "table":
                self.tables.setdefault(words[2], []).append(words[3].rpartition(":")[0])
            elif words[0] == "candidate":
                self.candidates.append(words[1])
        self.files = self.files_of_routes()
        self.functions = {}
        for route in self.routes:
            if route["mmap"]:
                for place in self.reached(route):
                    self.functions.setdefault(place, []).append(key_of(route))

    def files_of_routes(self):
        files = set()
        for route in self.routes:
            files.add(route["ops"]["file"])
            files.update(table["file"] for table in route["tables"])
            files.update(insert["file"] for insert in route["inserts"])
            if route["implementation"]:
                files.add(route["implementation"]["file"])
        return files

    def file_of(self, name, near):
        """The file that defines a function, one of those given first; None if unknown."""
        files = self.defined.get(name, [])
        for path in near:
            if path in files:
                return path
        files = [path for path in files if path in self.files or not path.endswith(".h")]
        return files[0] if len(files) == 1 else None

    def reached(self, route):
        """(file, function) that a route's callback and handlers reach by name."""
        near = [route["ops"]["file"]] + [table["file"] for table in route["tables"]]
        near += [insert["file"] for insert in route["inserts"]]
        names = [route["mmap"]]
        if route["implementation"]:
            near.append(route["implementation"]["file"])
            names.append(route["implementation"]["function"])
        for table in route["vm_ops"]:
            places = near + [path for path in self.tables.get(table, []) if path in self.files]
            for path in places:
                text = self.tree.text(path)
                if text.initializer(table):
                    members = [text.member(table, handler) for handler in HANDLERS]
                    names += [member[2] for member in members
                              if member and re.fullmatch(r"\w+", member[2])]
                    break
        out, done = set(), set()
        while names:
            name = names.pop()
            path = self.file_of(name, near)
            if name in done or not path:
                continue
            done.add(name)
            if not self.tree.text(path).function(name):
                continue
            out.add((path, name))
            names += self.callees.get(name, ())
        return out

    def vm_ops_of(self, path):
        """(route, names of its vm_ops) for the routes that read a file."""
        out = []
        for route in self.routes:
            files = {insert["file"] for insert in route["inserts"]} | {route["ops"]["file"]}
            files.update(table["file"] for table in route["tables"])
            if route["implementation"]:
                files.add(route["implementation"]["file"])
            if path in files:
                out.append((key_of(route), route["vm_ops"]))
        return out

    def own_functions(self):
        """(file, function, routes) of drivers that take a vma or a vmf, sorted."""
        return [(*place, keys) for place, keys in sorted(self.functions.items())
                if is_driver(place[0]) and takes_mapping(self.tree.text(place[0]), place[1])]

    def handlers(self):
        """The fault handlers of routes."""
        return [(path, name, keys) for path, name, keys in self.own_functions()
                if self.tree.text(path).function(name).parameter("vm_fault")
                and re.search(rf"\.\w*fault\s*=\s*{name}\b", self.tree.text(path).code)]

    def numbered(self, sites):
        """Sites with the same words in one function, told apart by number."""
        seen = {}
        for site in sites:
            place = site.file, site.function, site.text
            seen[place] = site.number = seen.get(place, 0) + 1
        return sorted(sites, key=lambda site: site.order)

    #
    # Kinds of sites
    #

    def calls(self, helpers):
        """Calls of helpers by routes."""
        out = []
        for path, name, keys in self.own_functions():
            text = self.tree.text(path)
            function = text.function(name)
            for helper in helpers:
                for call in text.calls(helper, function.brace, function.end):
                    out.append(Site(path, name, same_words(text.text[call.begin:call.end]),
                                    routes=keys))
        return self.numbered(out)

    def statements(self, pattern):
        """Simple statements of routes that match."""
        out = []
        for path, name, keys in self.own_functions():
            text = self.tree.text(path)
            function = text.function(name)
            for found in re.finditer(pattern, text.code[function.brace:function.end]):
                begin, end = text.statement(function.brace + found.start())
                out.append(Site(path, name, same_words(text.text[begin:end]), routes=keys))
        return self.numbered(out)

    def sets_pfnmap(self):
        return self.statements(r"\bvm_flags_set\s*\([^;]*\bVM_PFNMAP\b")

    def refusals(self):
        """`if (...) return -E...;` or the like about private mappings."""
        out = []
        for path, name, keys in self.own_functions():
            text = self.tree.text(path)
            function = text.function(name)
            for found in re.finditer(r"\bif\s*\(\(?(is_cow_mapping|[^;{]*VM_SHARED)",
                                     text.code[function.brace:function.end]):
                begin = function.brace + found.start()
                end = text.code.index(";", begin) + 1
                if not re.search(r"\)\s*(return|vm_flags_clear)\b", text.code[begin:end]) or \
                        "{" in text.code[begin:end]:
                    continue
                out.append(Site(path, name, same_words(text.text[begin:end]), routes=keys))
        return self.numbered(out)

    def whole(self, wanted=lambda text, function: True):
        """Functions of routes."""
        return [Site(path, name, name, routes=keys) for path, name, keys in self.own_functions()
                if wanted(self.tree.text(path), self.tree.text(path).function(name))]

    def fault_handlers(self):
        return [Site(path, name, name, routes=keys) for path, name, keys in self.handlers()]

    def implementations(self):
        """Callbacks that are a driver's own."""
        found = set()
        for route in self.routes:
            implementation = route["implementation"]
            if implementation and implementation["function"] not in SHARED and \
                    is_driver(implementation["file"]):
                found.add((implementation["file"], implementation["function"]))
        return [Site(path, name, name, routes=self.functions[path, name])
                for path, name in sorted(found) if (path, name) in self.functions]

    def members(self, kind, member):
        """`.member = &table` in tables of routes."""
        found = {}
        for route in self.routes:
            tables = [(table["file"], table["name"]) for table in route["tables"]
                      if table["type"] == kind]
            if kind == "dma_buf_ops":
                tables = [(route["ops"]["file"], route["ops"]["name"])]
            for place in tables:
                found.setdefault(place, []).append(key_of(route))
        out = []
        for (path, name), keys in sorted(found.items()):
            span = self.tree.text(path).member(name, member)
            if span and is_driver(path):
                out.append(Site(path, name, f".{member} = {span[2]}", routes=keys))
        return out

    def elsewhere(self):
        """Fault handlers in files that scan takes for candidates and that no route reaches."""
        reached = set(self.functions)
        out = []
        for path in self.candidates:
            if not is_driver(path):
                continue
            text = self.tree.text(path)
            for found in re.finditer(r"\b(\w+)\s*\(\s*struct vm_fault\s*\*", text.code):
                function = text.function(found.group(1))
                if function and function.result == "vm_fault_t" and \
                        (path, function.name) not in reached and path not in self.files:
                    out.append(Site(path, function.name, function.name))
        return sorted(out, key=lambda site: site.order)
