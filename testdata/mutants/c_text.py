# SPDX-License-Identifier: GPL-2.0-only
"""Just enough of C's text to edit a kernel source: functions, calls, statements, tables.

Positions are offsets in a file's text. Comments, strings and directives are blanked
before anything is looked for, so offsets of the blanked text are those of the text.
"""

import re
from dataclasses import dataclass, field

TOKENS = re.compile(r"""
    /\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'
    | ^[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*
    """, re.S | re.X | re.M)

OPEN, CLOSE = "([{", ")]}"


def blanked(text):
    """The text with comments, strings and directives as spaces, line breaks kept."""
    return TOKENS.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def matching(code, at):
    """The offset of the bracket that closes the one at an offset."""
    depth = 0
    for i in range(at, len(code)):
        if code[i] in OPEN:
            depth += 1
        elif code[i] in CLOSE:
            depth -= 1
            if not depth:
                return i
    raise ValueError(f"nothing closes the bracket at {at}")


def split_arguments(code, begin, end):
    """Spans between commas that are in no bracket, without the space around them."""
    spans, start, depth = [], begin, 0
    for i in range(begin, end + 1):
        if i == end or (code[i] == "," and not depth):
            left, right = start, i
            while left < right and code[left].isspace():
                left += 1
            while right > left and code[right - 1].isspace():
                right -= 1
            if right > left:
                spans.append((left, right))
            start = i + 1
        elif code[i] in OPEN:
            depth += 1
        elif code[i] in CLOSE:
            depth -= 1
    return spans


@dataclass
class Call:
    """A call: its whole span and the text of its arguments."""
    name: str
    begin: int
    end: int
    arguments: list


@dataclass
class Function:
    """A definition: from its first word to the closing brace."""
    name: str
    begin: int
    brace: int
    end: int
    header: str
    parameters: list = field(default_factory=list)

    @property
    def is_static(self):
        return bool(re.match(r"static\b", self.header))

    @property
    def result(self):
        """The type that it returns."""
        before = self.header[:re.search(rf"\b{self.name}\s*\(", self.header).start()]
        return " ".join(re.sub(r"\b(static|inline|__always_inline)\b", " ", before).split())

    def parameter(self, kind):
        """The name of the first parameter that points to a struct of a kind; None if none does."""
        for parameter in self.parameters:
            found = re.fullmatch(rf"(?:const )?struct {kind} \*\s*(\w+)", parameter)
            if found:
                return found.group(1)
        return None

    def names(self):
        return [re.search(r"(\w+)\W*$", parameter).group(1) for parameter in self.parameters]


class Text:
    """One file."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.code = blanked(text)
        self.known = {}

    def function(self, name):
        """The definition of a function; None if there is none."""
        if name not in self.known:
            self.known[name] = self.find_function(name)
        return self.known[name]

    def find_function(self, name):
        for found in re.finditer(rf"\b{re.escape(name)}\s*\(", self.code):
            close = matching(self.code, found.end() - 1)
            brace = re.compile(r"\s*\{").match(self.code, close + 1)
            if not brace:
                continue
            # Words of the definition stand after what ends the thing before it.
            begin = max(self.code.rfind(c, 0, found.start()) for c in ";})") + 1
            begin = self.after_directives(begin, found.start())
            if not re.fullmatch(r"[\w\s\*]+", self.code[begin:found.start()]):
                continue
            spans = split_arguments(self.code, found.end(), close)
            return Function(name, begin, brace.end() - 1, matching(self.code, brace.end() - 1),
                            self.text[begin:close + 1],
                            [" ".join(self.text[a:b].split()) for a, b in spans])
        return None

    def after_directives(self, begin, end):
        """The first word in a span: what directives and comments left is space."""
        found = re.compile(r"\S").search(self.code, begin, end)
        return found.start() if found else end

    def calls(self, name, begin, end):
        """The calls of a function by its name in a span."""
        out = []
        for found in re.finditer(rf"\b{re.escape(name)}\s*\(", self.code[begin:end]):
            at = begin + found.start()
            close = matching(self.code, begin + found.end() - 1)
            spans = split_arguments(self.code, begin + found.end(), close)
            out.append(Call(name, at, close + 1, [self.text[a:b] for a, b in spans]))
        return out

    def statement(self, at):
        """The span of the simple statement around an offset, up to its semicolon.

        It begins after a brace, a semicolon, a label or the condition of an if.
        """
        begin = at
        while begin > 0 and self.code[begin - 1] not in ";{}":
            if self.code[begin - 1] == ")":
                depth, i = 0, begin - 1
                while True:
                    depth += (self.code[i] in CLOSE) - (self.code[i] in OPEN)
                    if not depth:
                        break
                    i -= 1
                if re.search(r"\b(if|while|for)\s*$", self.code[:i]):
                    break
                begin = i
            else:
                begin -= 1
        word = re.compile(r"(\s|\belse\b|\bcase\s+\w+\s*:|\w+\s*:(?!:))*").match(self.code, begin)
        end = at
        while self.code[end] != ";":
            end = matching(self.code, end) if self.code[end] in OPEN else end
            end += 1
        return word.end(), end + 1

    def initializer(self, name):
        """The span in braces of a table's initialiser; None if there is none."""
        found = re.search(rf"\b{re.escape(name)}\s*(\[\w*\]\s*)?=\s*\{{", self.code)
        return (found.end() - 1, matching(self.code, found.end() - 1)) if found else None

    def member(self, table, name):
        """The span of `.name = value` in a table and its value; None if it is not there."""
        span = self.initializer(table)
        if not span:
            return None
        for begin, end in split_arguments(self.code, span[0] + 1, span[1]):
            found = re.fullmatch(r"\.(\w+)\s*=\s*(.*)", self.code[begin:end], re.S)
            if found and found.group(1) == name:
                return begin, end, self.text[begin:end].split("=", 1)[1].strip()
        return None

    def line(self, at):
        return self.text.count("\n", 0, at) + 1


def same_words(text):
    """A text on one line, with single spaces."""
    return " ".join(text.split())
