# SPDX-License-Identifier: GPL-2.0-only
"""A kernel tree whose drivers have other names.

Every identifier of the files of drivers/, sound/ and samples/ that pfncheck parses, or that
these include, or that stand beside them, gets a name that a seed makes up, unless
something that keeps its names uses it too: include/, the headers of the architecture, what
the configuration generates, a flag. Names that macros make of pieces stay, and so do
the pieces: which these are is found by expanding such macros.

Tokens are replaced in their places, so that each stays on its line. rename_paths.py
names files and directories.
"""

import multiprocessing
import os
import random
import re
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import rename_paths
from rename_paths import read

TOPS = tuple(f"{top}/" for top in rename_paths.TOPS)
SOURCES = (".c", ".h")

# Comments, directives that hold no identifiers, literals, identifiers, numbers.
TOKEN = re.compile(
    rb"//(?:\\\r?\n|[^\n])*|/\*.*?\*/"
    rb"|^[ \t]*\#[ \t]*(?:include|include_next|pragma|error|warning|line)\b(?:\\\n|[^\n])*"
    rb'|"(?:\\.|[^"\\\n])*"' rb"|'(?:\\.|[^'\\\n])*'"
    rb"|[A-Za-z_]\w*|\.?\d(?:[eEpP][+-]|[\w.])*", re.S | re.M)
SKIPPED = re.compile(rb"//(?:\\\r?\n|[^\n])*|/\*.*?\*/", re.S)
WORD = re.compile(rb"[A-Za-z_]\w*")
# Tokens of the preprocessor, in text without comments and spliced lines.
PIECE = re.compile(rb'"(?:\\.|[^"\\\n])*"' rb"|'(?:\\.|[^'\\\n])*'"
                   rb"|[A-Za-z_]\w*|\.?\d(?:[eEpP][+-]|[\w.])*|\#\#|\S")
DEFINE = re.compile(rb"^[ \t]*\#[ \t]*define[ \t]+(\w+)(?:\(([^)\n]*)\))?([^\n]*)", re.M)
INCLUDE = re.compile(rb'^[ \t]*\#[ \t]*include[ \t]*(?:([<"])([^>"\n]+)[>"]|(\w+))', re.M)
OPERAND = re.compile(rb"%[a-z]?\[(\w+)\]")
ATTRIBUTE = re.compile(rb"__attribute__\s*\(\(.*?\)\)", re.S)

KEYWORDS = frozenset(b"""
    auto break case char const continue default do double else enum extern float for goto if
    inline int long register restrict return short signed sizeof static struct switch typedef
    union unsigned void volatile while asm typeof typeof_unqual defined elif endif ifdef ifndef
    define undef bool true false nullptr constexpr linux unix i386 main """.split())
RESERVED = re.compile(rb"__builtin_|__has_|_Static_|_Bool$|_Generic$|_Alignof$|_Pragma$|__VA_"
                      rb"|__\w+__$|CONFIG_|KBUILD_|TRACE_")

# How deep macros are expanded in one another.
DEPTH = 40


def words(text):
    """The identifiers of C."""
    return {token for token in set(TOKEN.findall(text)) if WORD.match(token)}


def words_of_files(paths):
    found = set()
    for path in paths:
        found |= words(read(path))
    return found


def in_parts(function, items, *rest):
    """function(part, *rest) for parts of items, on every core."""
    items = sorted(items)
    step = max(1, min(200, len(items) // 8))
    # What is large is inherited, not sent.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("fork"),
                             initializer=Part.prepare, initargs=(function, rest)) as pool:
        waiting = [pool.submit(Part.run, items[i:i + step])
                   for i in range(0, len(items), step)]
        return [future.result() for future in waiting]


class Part:
    """What every part of in_parts() needs."""

    function, rest = None, ()

    @classmethod
    def prepare(cls, function, rest):
        cls.function, cls.rest = staticmethod(function), rest

    @classmethod
    def run(cls, items):
        return cls.function(items, *cls.rest)


def plain(text):
    """Text without comments, with spliced lines joined."""
    return SKIPPED.sub(b" ", text).replace(b"\\\n", b" ")


class Pasting:
    """The names that macros make, by expanding those that paste what they are given."""

    def __init__(self):
        self.macros = {}		# name -> {(parameters, body)}
        self.objects = {}		# name -> {body} of macros without parameters
        self.pasted = {}		# name -> indexes of the parameters that get pasted
        self.pieces = set()		# operands and results
        self.done = set()

    def add_definitions(self, text):
        for match in DEFINE.finditer(text):
            body = tuple(PIECE.findall(match[3]))
            if match[2] is None:
                if 1 <= len(body) <= 3:
                    self.objects.setdefault(match[1], set()).add(body)
                continue
            parameters = tuple(b"__VA_ARGS__" if p.strip() == b"..." else
                               p.strip().removesuffix(b"...").strip()
                               for p in match[2].split(b","))
            variadic = match[2].rstrip().endswith(b"...")
            self.macros.setdefault(match[1], set()).add((parameters, variadic, body))

    @staticmethod
    def is_pasted(body, i):
        """Whether body[i] is an operand of ##; ", ## __VA_ARGS__" makes no name."""
        if i + 1 < len(body) and body[i + 1] == b"##":
            return body[i] != b","
        return i > 1 and body[i - 1] == b"##" and body[i - 2] != b","

    def find_pasted(self):
        """To a fixed point: what a macro hands on to one that pastes is pasted as well."""
        calls = []			# (caller, index, callee, argument's index)
        for name, definitions in self.macros.items():
            for parameters, _, body in definitions:
                where = {p: i for i, p in enumerate(parameters)}
                for i, token in enumerate(body):
                    if self.is_chosen(body, i):
                        self.pasted.setdefault(name, set()).update(where.values())
                        self.pasted.setdefault(token, set()).update(
                            i for p, _, _ in self.macros[token] for i in range(len(p)))
                    elif self.is_pasted(body, i) and body[i + 1:i + 2] == (b"(",):
                        self.pasted.setdefault(name, set()).update(where.values())
                    index = where.get(token)
                    if index is not None and (self.is_pasted(body, i) or
                                              body[i + 1:i + 2] == (b"(",)):
                        self.pasted.setdefault(name, set()).add(index)
                    if token in self.macros and body[i + 1:i + 2] == (b"(",):
                        arguments, _ = self.arguments(body, i + 1)
                        for number, argument in enumerate(arguments):
                            calls += [(name, where[t], token, number)
                                      for t in argument if t in where]
        grown = True
        while grown:
            grown = False
            for caller, index, callee, number in calls:
                if number in self.pasted_of(callee, number) and \
                        index not in self.pasted.get(caller, ()):
                    self.pasted.setdefault(caller, set()).add(index)
                    grown = True

    def is_chosen(self, body, i):
        """Whether the macro at body[i] yields the name of one that is called."""
        if body[i] not in self.macros or body[i + 1:i + 2] != (b"(",):
            return False
        _, end = self.arguments(body, i + 1)
        return body[end:end + 1] == (b"(",)

    def pasted_of(self, name, number):
        """The pasted parameters of a macro, with number if it belongs to the last one of many."""
        pasted = self.pasted.get(name, set())
        for parameters, variadic, _ in self.macros[name]:
            if variadic and number >= len(parameters) - 1 and len(parameters) - 1 in pasted:
                return pasted | {number}
        return pasted

    @staticmethod
    def arguments(tokens, i):
        """The arguments in the parentheses that open at tokens[i], and where these end."""
        found, depth, current = [], 0, []
        while i < len(tokens):
            token = tokens[i]
            if token in (b"(", b"[", b"{"):
                depth += 1
            elif token in (b")", b"]", b"}"):
                depth -= 1
                if not depth:
                    found.append(tuple(current))
                    return found, i + 1
            if token == b"," and depth == 1:
                found.append(tuple(current))
                current = []
            elif depth > 1 or token != b"(":
                current.append(token)
            i += 1
        return [], i

    def scan(self, tokens, depth=0, active=frozenset()):
        """Expands what pastes; the tokens after that."""
        out, i = [], 0
        while i < len(tokens):
            token = tokens[i]
            i += 1
            if (token not in self.pasted or token in active or depth > DEPTH or
                    tokens[i:i + 1] != (b"(",)):
                out.append(token)
                continue
            arguments, end = self.arguments(tokens, i)
            if not arguments or end - i > 4000:
                out.append(token)
                continue
            result = self.expand(token, tuple(arguments), depth, active)
            if tokens[end:end + 1] == (b"(",) and result and result[-1] in self.pasted:
                tokens, i = result[-1:] + tokens[end:], 0
                result = result[:-1]
            else:
                i = end
            out += result
        return tuple(out)

    def expand(self, name, arguments, depth, active):
        if depth == 0:
            if (name, arguments) in self.done:
                return ()
            self.done.add((name, arguments))
        result = ()
        for parameters, variadic, body in sorted(self.macros[name]):
            bound = self.bind(parameters, variadic, arguments)
            if bound is None:
                continue
            expanded = {}
            for parameter, value in bound.items():
                value = self.scan(value, depth + 1, active)
                bodies = self.objects.get(value[0], ()) if len(value) == 1 else ()
                expanded[parameter] = [value] + [b for b in sorted(bodies) if b != value][:3]
            widest = max((len(values) for values in expanded.values()), default=1)
            for choice in range(widest):
                chosen = {p: v[min(choice, len(v) - 1)] for p, v in expanded.items()}
                result = self.scan(self.substitute(body, bound, chosen), depth + 1,
                                   active | {name})
        return result

    @staticmethod
    def bind(parameters, variadic, arguments):
        if parameters == (b"",):
            return {}
        if variadic and len(arguments) >= len(parameters) - 1:
            last = []
            for argument in arguments[len(parameters) - 1:]:
                last += ([b","] if last else []) + list(argument)
            arguments = arguments[:len(parameters) - 1] + (tuple(last),)
        if len(arguments) != len(parameters):
            return None
        return dict(zip(parameters, arguments))

    def substitute(self, body, raw, expanded):
        out, paste = [], False
        for i, token in enumerate(body):
            if token == b"##":
                paste = bool(out) and out[-1] != b","
                # ", ## __VA_ARGS__" of nothing takes the comma away.
                if out and not paste and raw.get(b"".join(body[i + 1:i + 2])) == ():
                    out.pop()
                continue
            if i and body[i - 1] == b"#" and token in raw:
                out[-1:] = [b'""']
                continue
            operand = self.is_pasted(body, i)
            value = (raw if operand else expanded).get(token, (token,))
            if operand:
                self.pieces.update(value[:1] + value[-1:])
            if paste and value:
                joined = out.pop() + value[0]
                self.pieces.add(joined)
                value = (joined,) + value[1:]
            paste = False
            out += value
        return tuple(out)


class Renaming:
    """New names for the drivers of a kernel.

    files: each file that is parsed -> its flags, with TREE for the kernel
    build: where the kernel was configured

    names: old identifier -> new one
    paths: the files and directories that get new ones, see there
    found: the identifiers of the files that are renamed
    stay: identifiers that keep their names
    """

    def __init__(self, kernel, build, files, arch, seed):
        self.kernel = Path(kernel)
        self.build = Path(build)
        self.files = files
        self.includes = {}
        self.there = {}
        self.random = random.Random(seed)

        closure = self.closure()
        directories = {os.path.dirname(p) for p in closure if p.startswith(TOPS)}
        self.renamed = {f"{d}/{entry.name}" for d in directories
                        for entry in os.scandir(self.kernel / d)
                        if entry.name.endswith(SOURCES) and entry.is_file()}
        self.renamed |= {p for p in closure if p.startswith(TOPS)}
        # Programs of the build are no part of the kernel.
        self.renamed = {p for p in self.renamed if b"#include <std" not in read(self.kernel / p)}

        headers = [self.kernel / p for p in closure if p not in self.renamed]
        for top in self.fixed(arch):
            headers += top.rglob("*.h")
        self.stay = set(KEYWORDS)
        for part in in_parts(words_of_files, set(headers)):
            self.stay |= part
        self.stay |= self.stay_by_flags() | self.stay_by_text(closure) | \
            self.stay_by_pasting(closure)

        self.found = set()
        for part in in_parts(words_of_files, {self.kernel / p for p in self.renamed}):
            self.found |= part
        self.stay |= {name for name in self.found if RESERVED.match(name)}
        self.names = self.new_names(sorted(self.found - self.stay), self.found | self.stay)
        self.paths = rename_paths.Paths(
            self.kernel, self.renamed, self.fixed(arch), self.random,
            self.found | self.stay | set(self.names.values()))

    #
    # Which files
    #

    def included(self, path):
        if path not in self.includes:
            self.includes[path] = [(m[1], m[2].decode("latin-1")) for m in
                                   INCLUDE.finditer(read(self.kernel / path)) if m[2]]
        return self.includes[path]

    def is_file(self, path):
        if path not in self.there:
            self.there[path] = (self.kernel / path).is_file()
        return self.there[path]

    def closure(self):
        """Every file of the tree that a parsed file below TOPS may include, and itself."""
        every = set()
        for path, flags in self.files.items():
            if not path.startswith(TOPS):
                continue
            paths = [flag.removeprefix("-ITREE/") for flag in flags if flag.startswith("-ITREE/")]
            seen, waiting = set(), [path]
            while waiting:
                current = waiting.pop()
                if current in seen:
                    continue
                seen.add(current)
                for quote, name in self.included(current):
                    for where in ([os.path.dirname(current)] if quote == b'"' else []) + paths:
                        candidate = os.path.normpath(f"{where}/{name}")
                        if self.is_file(candidate):
                            waiting.append(candidate)
                            break
            every |= seen
        return every

    def fixed(self, arch):
        """Where headers are that keep their names, those that the configuration made too."""
        return [top / path for top in (self.kernel, self.build)
                for path in ("include", f"arch/{arch}/include")]

    #
    # Which names stay
    #

    def stay_by_flags(self):
        return {word.encode() for flags in self.files.values() for flag in flags
                for word in re.findall(r"[A-Za-z_]\w*", flag.removeprefix("-D"))}

    def stay_by_text(self, closure):
        """Names in strings of assembly, attributes, and files named by macros."""
        stay, macros = set(), set()
        texts = [read(self.kernel / p) for p in closure if p in self.renamed]
        for text in texts:
            stay |= set(OPERAND.findall(text))
            for attribute in ATTRIBUTE.findall(text):
                stay |= set(WORD.findall(attribute))
            macros |= {m[3] for m in INCLUDE.finditer(text) if m[3]}
        stay |= macros
        for text in texts:
            for match in DEFINE.finditer(text):
                if match[1] in macros or match[1].startswith(b"TRACE_"):
                    stay |= set(WORD.findall(match[3]))
        return stay

    def stay_by_pasting(self, closure):
        pasting = Pasting()
        texts = {path: plain(read(self.kernel / path)) for path in sorted(closure)}
        for text in texts.values():
            pasting.add_definitions(text)
        pasting.find_pasted()
        for text in texts.values():
            self.paste_in(pasting, text)
        return {piece for piece in pasting.pieces if WORD.fullmatch(piece)}

    @staticmethod
    def paste_in(pasting, text):
        tokens = PIECE.findall(text)
        for i, token in enumerate(tokens):
            if token in pasting.pasted and tokens[i + 1:i + 2] == [b"("]:
                arguments, end = pasting.arguments(tokens, i + 1)
                if arguments and end - i < 4000:
                    pasting.expand(token, tuple(arguments), 0, frozenset())
            elif token == b"##":
                pasting.pieces.update(tokens[max(0, i - 1):i] + tokens[i + 1:i + 2])

    #
    # New names
    #

    def new_names(self, old, taken):
        letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
        names = {}
        for name in old:
            while True:
                new = (self.random.choice(letters[:-1]) +
                       "".join(self.random.choices(letters + "0123456789",
                                                   k=self.random.randint(3, 20)))).encode()
                if new not in taken and not RESERVED.match(new):
                    break
            taken.add(new)
            names[name] = new
        return names

    def write(self, target):
        """The renamed tree; what stays is linked to, where that can be done."""
        changed = []
        for directory, _, names in os.walk(self.kernel):
            inside = os.path.relpath(directory, self.kernel)
            moved = self.paths.new_path(inside)
            os.makedirs(f"{target}/{moved}", exist_ok=True)
            for name in names:
                path = os.path.normpath(f"{inside}/{name}")
                to = f"{target}/{self.paths.files.get(path, f'{moved}/{name}')}"
                if path in self.renamed or self.paths.is_changed(path):
                    changed.append((path, to))
                else:
                    link(f"{directory}/{name}", to)
        in_parts(write_files, changed, self)


def link(source, target):
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def write_files(moved, renaming):
    """moved: pairs of old and new path."""
    def new(match):
        return renaming.names.get(match[0]) or match[0]

    for path, to in moved:
        source = renaming.kernel / path
        old = read(source)
        text = TOKEN.sub(new, old) if path in renaming.renamed else old
        text = renaming.paths.in_file(path, text)
        if text == old:
            link(source, to)
        else:
            Path(to).write_bytes(text)
