#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Validate JSON reports against their schema.

usage: schema_test.py SCHEMA JSON...

Beside that: a report stays valid with a field more in any of its objects, and
becomes invalid when a field is taken out or has another type.
"""
import json
import re
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: no python3-jsonschema")
    sys.exit(77)



def objects(value, path="$"):
    """Every object of value with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, child in value.items():
            yield from objects(child, f"{path}.{key}")
    elif isinstance(value, list):
        for i, child in enumerate(value):
            yield from objects(child, f"{path}[{i}]")


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failed = 0
    seen = set()

    def fail(text):
        nonlocal failed
        failed += 1
        print(text)

    for name in sys.argv[2:]:
        with open(name, encoding="utf-8") as file:
            report = json.load(file)
        errors = list(validator.iter_errors(report))
        for error in errors:
            fail(f"{name}: {error.json_path}: {error.message}")
        if errors:
            continue
        for path, found in list(objects(report)):
            shape = re.sub(r"\[\d+\]", "", path)
            if shape in seen:
                continue
            seen.add(shape)
            if path != "$.coverage.verdicts":
                found["added_later"] = [1]
                if not validator.is_valid(report):
                    fail(f"{name}: {path}: refuses another field")
                del found["added_later"]
            for key, value in list(found.items()):
                found[key] = 0.5
                if validator.is_valid(report):
                    fail(f"{name}: {path}: takes a fraction for '{key}'")
                del found[key]
                if validator.is_valid(report):
                    fail(f"{name}: {path}: does without '{key}'")
                found[key] = value
    print(f"{len(sys.argv) - 2} reports, {failed} faults")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
