# SPDX-License-Identifier: GPL-2.0-only
"""Files and directories of a kernel tree with other names.

Three kinds of names: of directories, of headers, and of what is linked, be it made of one
file or of several. A name is the same wherever it occurs below the chosen
directories, so that no #include and no Makefile has to be resolved. Names that occur
where names stay are kept, and so is what a Makefile uses as a mere word.
"""

import os
import re
from pathlib import Path

TOPS = ("drivers", "sound", "samples")
# The checker knows these as parts of the core.
CORE = ("drivers/dma-buf", "drivers/iommu")
# What is read for its #include lines.
TEXTS = (".c", ".h", ".S", ".inc", ".inl", ".def", ".tbl")

INCLUDE = re.compile(rb'(^[ \t]*\#[ \t]*include[ \t]*["<])([^">\n]+)', re.M)
TRACE = re.compile(rb"(^[ \t]*\#[ \t]*define[ \t]+TRACE_INCLUDE_(?:(FILE)|PATH)[ \t]+)(\S+)", re.M)
TRACE_SYSTEM = re.compile(rb"^[ \t]*\#[ \t]*define[ \t]+TRACE_SYSTEM\b", re.M)
DEFINED = re.compile(rb"^[ \t]*\#[ \t]*define[^\n]*[\"</]([\w.-]+\.[ch])\b", re.M)
# Paths from the top of the tree, and what is a word of a Makefile.
PATH = re.compile(rb"(?<![\w.-])(?<!\w/)((?:drivers|sound|samples)/[\w./-]+)")
OTHER_PATH = rb"\$[({]srctree[)}]/(?!drivers/|sound/|samples/)\w[\w./-]*"
WORD = re.compile(rb"(?P<skip>^[ \t]*\#[^\n]*|" + OTHER_PATH + rb")|" + PATH.pattern +
                  rb"|(?P<word>\w[\w.-]*)", re.M)
FLAGS_OF = re.compile(rb"^((?:[CA]FLAGS(?:_REMOVE)?|OBJECT_FILES_NON_STANDARD|KCOV_INSTRUMENT|"
                      rb"GCOV_PROFILE|KCSAN_INSTRUMENT_BARRIERS|\w+_SANITIZE)_)?(.+)\.([oc])$")
PARTS_OF = re.compile(rb"^(.+?)((?:-objs)?-(?:y|m|)|-objs)$")
KINDS = ("path", "object", "header", "parts", "directory", "word")
# Lists of kbuild's own.
LISTS = frozenset(b"""obj lib core libs always extra subdir targets hostprogs userprogs ccflags
    asflags ldflags cflags clean-files subdir-ccflags subdir-asflags ccflags-remove
    asflags-remove always-targets generic mandatory header-test no-header-test""".split())


def read(path):
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def is_makefile(name):
    return name.startswith(("Makefile", "Kbuild")) or name.endswith((".mk", ".build"))


def is_kconfig(name):
    return name.startswith("Kconfig")


class Makefile:
    """The words of a Makefile, told apart."""

    def __init__(self, text):
        self.text = text

    def words(self):
        """(match, kind, name), with one of KINDS."""
        for match in WORD.finditer(self.text):
            word = match["word"]
            if match["skip"]:
                continue
            if not word:
                yield match, "path", match[2]
                continue
            before = self.text[match.start() - 1:match.start()]
            after = self.text[match.end():match.end() + 1]
            if FLAGS_OF.match(word):
                yield match, "object", FLAGS_OF.match(word)[2]
            elif word.endswith(b".h"):
                yield match, "header", word
            elif self.is_parts(word, after):
                yield match, "parts", PARTS_OF.match(word)[1]
            elif b"/" in (before, after) and b"$" != after and b")" != before:
                yield match, "directory", word
            else:
                yield match, "word", word

    @staticmethod
    def is_parts(word, after):
        match = PARTS_OF.match(word)
        return match and match[1] not in LISTS and (not word.endswith(b"-") or after == b"$")


class Paths:
    """New names of files and directories.

    moved: directory -> new path, for all whose content is renamed or moves with it
    files: old path of a file -> new one, for those whose path changes
    directories, headers, objects: old name -> new one
    kept: names of the files and directories that keep theirs
    """

    def __init__(self, kernel, texts, fixed, random, taken):
        """texts: files that are renamed; fixed: where names stay; taken: identifiers."""
        self.kernel = Path(kernel)
        self.random = random
        self.taken = set(taken)
        self.content = self.read_directories({os.path.dirname(path) for path in texts})
        basenames = {os.path.basename(d).encode() for d in self.content}
        sources, headers, others = self.names_of_content()
        stay_directories, stay_headers = self.names_of(fixed)
        stay_headers |= self.headers_by_macro(texts)
        words = self.words_of_makefiles()
        objects = sources | words["parts"] & words["object"]

        self.directories = self.new_names(
            basenames - words["word"] - stay_directories -
            {name.encode() for path in TOPS + CORE for name in path.split("/")})
        self.headers = {name + b".h": new + b".h" for name, new in self.new_names(
            {name[:-2] for name in headers - stay_headers - words["header"]}).items()}
        self.objects = self.new_names(
            objects - words["word"] - (words["directory"] - basenames) - others - LISTS)
        self.kept = {"directories": basenames - self.directories.keys(),
                     "headers": headers - self.headers.keys(),
                     "objects": objects - self.objects.keys()}

        self.moved = {directory: self.relative(directory.encode(), False).decode()
                      for directory in self.content}
        self.files = {}
        for directory, names in self.content.items():
            for name in names:
                old = f"{directory}/{name}"
                new = f"{self.moved[directory]}/{self.name_of_file(name.encode()).decode()}"
                if new != old:
                    self.files[old] = new

    #
    # What there is
    #

    def read_directories(self, directories):
        """Directory -> names of files: those given, what is below, and what is above."""
        content = {}
        for directory in sorted(directories):
            above = directory
            while above:
                if above not in content:
                    content[above] = [e.name for e in os.scandir(self.kernel / above)
                                      if not e.is_dir(follow_symlinks=False)]
                above = os.path.dirname(above)
            for below, _, files in os.walk(self.kernel / directory):
                content[os.path.relpath(below, self.kernel)] = files
        return content

    def words_of_makefiles(self):
        """Kind of word -> the names of that kind in the Makefiles."""
        words = {kind: set() for kind in KINDS}
        for directory, files in self.content.items():
            for name in filter(is_makefile, files):
                for _, kind, word in Makefile(read(self.kernel / directory / name)).words():
                    words[kind].add(word)
        return words

    @staticmethod
    def names_of(fixed):
        """The names of directories and of headers below the directories fixed."""
        directories, headers = set(), set()
        for top in fixed:
            for _, below, files in os.walk(top):
                directories.update(name.encode() for name in below)
                headers.update(name.encode() for name in files)
        return directories, headers

    def names_of_content(self):
        """Names of sources without suffix, names of headers, and stems of other files."""
        sources, headers, others = set(), set(), set()
        for files in self.content.values():
            for name in files:
                stem, suffix = os.path.splitext(name.encode())
                if suffix == b".c":
                    sources.add(stem)
                elif suffix == b".h":
                    headers.add(name.encode())
                else:
                    others.add(stem)
        return {name for name in sources if b"." not in name}, headers, others

    def headers_by_macro(self, texts):
        """Headers that something else than #include names."""
        found = set()
        for path in texts:
            text = read(self.kernel / path)
            found.update(DEFINED.findall(text))
            if TRACE_SYSTEM.search(text) and b"TRACE_INCLUDE_FILE" not in text:
                found.add(os.path.basename(path).encode())
        return found

    def new_names(self, old):
        letters = "abcdefghijklmnopqrstuvwxyz"
        names = {}
        for name in sorted(old):
            while True:
                new = (self.random.choice(letters) + "".join(self.random.choices(
                    letters + "0123456789_", k=self.random.randint(4, 12)))).encode()
                if new not in self.taken and not new.endswith(b"_"):
                    break
            self.taken.add(new)
            names[name] = new
        return names

    #
    # New paths
    #

    def name_of_file(self, name):
        stem, suffix = os.path.splitext(name)
        if suffix in (b".c", b".o"):
            return self.objects.get(stem, stem) + suffix
        return self.headers.get(name, name)

    def new_path(self, path):
        """The new path of what may be a file, a directory or something made."""
        if path in self.moved:
            return self.moved[path]
        directory, name = os.path.split(path)
        if directory in self.moved:
            return f"{self.moved[directory]}/{self.name_of_file(name.encode()).decode()}"
        while directory and directory not in self.moved:
            directory = os.path.dirname(directory)
        return self.moved[directory] + path[len(directory):] if directory else path

    def relative(self, path, is_file=True):
        """A path that starts anywhere."""
        *names, last = path.split(b"/")
        names = [self.directories.get(name, name) for name in names]
        last = self.name_of_file(last) if is_file else self.directories.get(last, last)
        return b"/".join(names + [last])

    #
    # New texts
    #

    def is_changed(self, path):
        """Whether the text of the file at path may hold names of files."""
        directory, name = os.path.split(path)
        return (is_makefile(name) or is_kconfig(name) or
                directory in self.content and name.endswith(TEXTS))

    def in_file(self, path, text):
        """The text of the file at path, which a directory of content may have or another."""
        directory, name = os.path.split(path)
        inside = directory in self.content
        if is_makefile(name):
            return self.in_makefile(text) if inside else self.in_kconfig(text)
        if is_kconfig(name):
            return self.in_kconfig(text)
        return self.in_source(text) if inside and name.endswith(TEXTS) else text

    def in_source(self, text):
        def trace(match):
            if match[2]:
                return match[1] + self.name_of_file(match[3] + b".h")[:-2]
            return match[1] + self.relative(match[3], False)

        if b"include" not in text:
            return text
        if b"TRACE_INCLUDE_" in text:
            text = TRACE.sub(trace, text)
        return INCLUDE.sub(lambda m: m[1] + self.relative(m[2]), text)

    def in_kconfig(self, text):
        """Also for Makefiles of directories that keep all their names."""
        return PATH.sub(lambda m: self.new_path(m[1].decode()).encode(), text)

    def in_makefile(self, text):
        out, at = [], 0
        for match, kind, name in Makefile(text).words():
            new = match[0]
            if kind == "path":
                new = self.new_path(name.decode()).encode()
            elif kind == "object":
                prefix, stem, suffix = FLAGS_OF.match(new).groups()
                new = (prefix or b"") + self.objects.get(stem, stem) + b"." + suffix
            elif kind == "header":
                new = self.headers.get(name, name)
            elif kind == "parts":
                new = self.objects.get(name, name) + new[len(name):]
            elif kind == "directory":
                new = self.directories.get(name, name)
            out += [text[at:match.start()], new]
            at = match.end()
        return b"".join(out + [text[at:]])
