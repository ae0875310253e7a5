#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draws mutants: for each operator three sites in three drivers, by a seed.

usage: draw.py PFNCHECK TREE SEED FILE [--cache DIR]

FILE gets a row for each mutant, in the form of rows.py, with an expectation that
follows from the operator and from what is said of the tree as it is.  It is to be
read and corrected before the mutants are first run, never after.
"""

import argparse
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import rows
from edits import Mutant, NoSite
from operators import BRANCHES, CHANGES, SAME
from sites import Routes, Tree, key_of

DRIVERS_EACH = 3

# Why a verdict is expected, by its words.
BECAUSE = {
    "violation page-insert": "no way is left that inserts pfns only",
    "conditional page-insert": "the other side of a branch that user space does not choose "
                               "still inserts pfns",
    "violation missing-pfnmap": "pfns are inserted without VM_PFNMAP",
    "conditional missing-pfnmap": "what user space does not choose decides about VM_PFNMAP",
    "violation cleared-pfnmap": "no way leaves VM_PFNMAP set",
    "violation mixedmap": "VM_MIXEDMAP is what the mapping has, VM_PFNMAP is not",
    "pass helper-precondition": "VM_PFNMAP is set, but without VM_MIXEDMAP the helper fails",
    "pass cow-pfnmap": "VM_PFNMAP and pfns as before, but private mappings reach the BUG_ON",
    "pass": "VM_PFNMAP and pfns on every way",
    "conditional": "what decided before still does",
    "violation": "what broke the rule before still does",
    "forward": "only the way that hands over to another exporter maps anything",
    "reject": "nothing is ever mapped",
    "no-mmap": "there is no callback",
}
USER = BRANCHES[2]


def short_name(key, keys):
    """The first of a route's names, but for its object's, that names no other route."""
    parts = key.split(">")
    for part in parts[1:] + parts[:1]:
        if sum(part in other.split(">") for other in keys) == 1:
            return part
    return key


class Proposal:
    """What an operator should make of each route that its site is on."""

    def __init__(self, routes, mutant, operator):
        self.routes = {key_of(route): route for route in routes.routes}
        self.mutant = mutant
        self.operator = operator.name
        self.keys = mutant.site.routes

    def verdicts(self):
        """{(verdict, rules): [keys]}"""
        out = {}
        for key in self.keys:
            said = getattr(self, self.operator.split("-behind-")[0].replace("-", "_"))
            verdict, *rules = said(self.routes[key]).split()
            out.setdefault((verdict, *rules), []).append(key)
        return out

    def others(self, route):
        """Whether a route has insertions of pfns besides the site."""
        call = self.mutant.call()
        line = self.mutant.text.line(call.begin)
        return any(insert["class"] == "pfn" and (insert["file"], insert["line"]) !=
                   (self.mutant.site.file, line) for insert in route["inserts"])

    def has(self, route, kind, origin=None):
        return any(insert["class"] == kind and origin in (None, insert["from"])
                   for insert in route["inserts"])

    def page_for_pfn(self, route):
        return f"{'conditional' if self.others(route) else 'violation'} page-insert"

    page = page_for_pfn

    def page_on_branch(self, route):
        user = self.mutant.choice == USER and not self.others(route)
        return f"{'violation' if user else 'conditional'} page-insert"

    def pfn_for_page(self, route):
        if route["verdict"] == "conditional":
            return "conditional page-insert"
        return "violation mixedmap" if self.has(route, "mixed") else "pass"

    def mixed_for_pfn(self, _):
        return "pass helper-precondition"

    def flag_dropped(self, _):
        return "violation missing-pfnmap"

    def flag_on_branch(self, _):
        user = self.mutant.choice == USER
        return f"{'violation' if user else 'conditional'} missing-pfnmap"

    def flag_cleared(self, _):
        return "violation cleared-pfnmap"

    def slow_path(self, _):
        return "violation page-insert"

    def vm_ops_stored(self, route):
        """A table that is one of several is stored on some ways only."""
        if not self.stores_table_of(route):
            return route["verdict"]
        return f"{'violation' if len(route['vm_ops']) == 1 else 'conditional'} page-insert"

    def stores_table_of(self, route):
        return self.mutant.site.text.rstrip(";").rpartition("&")[2] in route["vm_ops"]

    def vm_ops_of_object(self, route):
        return "violation page-insert" if route["verdict"] not in ("forward", "reject") \
            else route["verdict"]

    def handlers_dropped(self, route):
        if self.has(route, "pfn", "mmap") or self.has(route, "page", "mmap") or \
                not self.stores_table_of(route):
            return route["verdict"]
        return "forward" if self.has(route, "forward") else "reject"

    def cow_allowed(self, route):
        if route["verdict"] != "pass" or "return" not in self.mutant.site.text:
            return route["verdict"]
        return "pass cow-pfnmap"

    def callback_dropped(self, _):
        return "no-mmap"

    def refused(self, _):
        return "reject"


def proposed(routes, mutant, operator):
    """What is expected, and why."""
    if operator.name in SAME:
        return rows.SAME, f"{operator.says}: not a way of the program changes"
    keys = [key_of(route) for route in routes.routes]
    groups = Proposal(routes, mutant, operator).verdicts()
    expect = "; ".join(f"{' '.join(head)}: {' '.join(short_name(key, keys) for key in found)}"
                       for head, found in sorted(groups.items()))
    because = "; ".join(BECAUSE[" ".join(head)] for head in sorted(groups))
    return expect, f"{operator.says}: {because}"


def drawn(routes, seed):
    """(operator, mutant) in the order of operators; each operator has its own sequence."""
    out = []
    for operator in (CHANGES | SAME).values():
        order = random.Random(f"{seed} {operator.name}")
        sites = operator.sites(routes)
        order.shuffle(sites)
        drivers = set()
        for site in sites:
            if site.driver in drivers or len(drivers) == DRIVERS_EACH:
                continue
            mutant = Mutant(routes.tree, site, len(out) + 1)
            choices = operator.choices(mutant)
            if not choices:
                continue
            mutant.choice = order.choice(choices)
            try:
                operator.edit(mutant)
            except NoSite as error:
                print(f"{operator.name}: {error}", file=sys.stderr)
                continue
            drivers.add(site.driver)
            out.append((operator, mutant))
    return out


def run(program, tree, cache, *options):
    done = subprocess.run([program, "audit", str(tree), "--cache", str(cache),
                           "--no-coccinelle", *options],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False,
                          timeout=900)
    if done.returncode not in (0, 1):
        sys.exit(f"{program} ended with status {done.returncode}")
    return done.stdout.decode("utf-8", "surrogateescape")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("tree", type=Path)
    parser.add_argument("seed")
    parser.add_argument("file", type=Path)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/pfncheck")
    given = parser.parse_args()
    if given.file.exists():
        sys.exit(f"{given.file} exists: what was drawn and judged is not drawn anew")

    report = json.loads(run(given.program, given.tree, given.cache, "--format=json"))
    routes = Routes(Tree(given.tree), report,
                    run(given.program, given.tree, given.cache, "--dump=scan"))
    out = []
    for operator, mutant in drawn(routes, given.seed):
        site = mutant.site
        out.append(rows.Row(str(mutant.number), operator.name, mutant.choice or "-", site.file,
                            site.function, str(site), *proposed(routes, mutant, operator)))
    rows.write(given.file, ["SPDX-License-Identifier: GPL-2.0-only",
                            f"drawn by draw.py with seed {given.seed} from Linux "
                            f"{report['kernel']['release']}"], out)
    same = sum(row.operator in SAME for row in out)
    print(f"{len(out)} mutants, {same} of them refactorings")


if __name__ == "__main__":
    main()
