# SPDX-License-Identifier: GPL-2.0-only
"""The drawn mutants, a file of tab-separated rows for each seed.

	id		number, in names of what the mutant adds
	operator	in operators.py
	choice		of the operator's choices, "-" if it has none
	file, function	where the site is; a table stands in for a function
	site		text of the site; " #2" is the second one of the same text
	expect		"same", or groups "VERDICT RULE...: ROUTE ROUTE", between "; "
	reason		why, in one line
	survives	empty, or why pfncheck does not say so yet: an expected failure

A route is named by parts of its key (the names of the object and its tables, in
order).  Rules are those that must be among the findings.  Routes that are not named
keep what is said of them.
"""

import csv
import re
from dataclasses import dataclass, fields

from sites import Site, is_named

SAME = "same"
VERDICTS = ("pass", "violation", "conditional", "forward", "reject", "no-mmap", "unknown")


@dataclass
class Row:
    id: str
    operator: str
    choice: str
    file: str
    function: str
    site: str
    expect: str
    reason: str
    survives: str = ""

    def place(self):
        text, _, number = self.site.rpartition(" #")
        if text and number.isdigit():
            return Site(self.file, self.function, text, int(number))
        return Site(self.file, self.function, self.site)

    def expected(self):
        """[(verdict, rules, names of routes)]; empty if all stays the same."""
        if self.expect == SAME:
            return []
        out = []
        for group in self.expect.split("; "):
            head, _, names = group.partition(": ")
            verdict, *rules = head.split()
            if verdict not in VERDICTS or not names.split():
                raise ValueError(f"mutant {self.id}: '{group}' is no expectation")
            out.append((verdict, rules, names.split()))
        return out

    def names(self, key):
        """Whether a route is one of those that are named."""
        return any(is_named(key, name) for _, _, names in self.expected() for name in names)


COLUMNS = [field.name for field in fields(Row)]


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [Row(**{name: row[name] or "" for name in COLUMNS}) for row in rows]


def write(path, head, rows):
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(f"# {line}\n" for line in head))
        file.write("\t".join(COLUMNS) + "\n")
        for row in rows:
            file.write("\t".join(re.sub(r"\s+", " ", getattr(row, name))
                                 for name in COLUMNS).rstrip("\t") + "\n")
