#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Validate SARIF against the schema of the standard.

usage: sarif_schema_test.py SCHEMA SARIF...

PFNCHECK_SARIF_SCHEMA in the environment names another copy of the schema, which is not
part of the source.
"""
import json
import os
import sys


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    path = os.environ.get("PFNCHECK_SARIF_SCHEMA", sys.argv[1])
    if not os.path.exists(path):
        skip(f"no {path}")
    try:
        import jsonschema
    except ImportError:
        skip("no python3-jsonschema")
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    validator = jsonschema.validators.validator_for(schema)(schema)
    # A validator that takes everything would be of no use.
    failed = 0 if not validator.is_valid({"version": "2.1.0"}) else 1
    for name in sys.argv[2:]:
        with open(name, encoding="utf-8") as file:
            log = json.load(file)
        for error in validator.iter_errors(log):
            failed += 1
            print(f"{name}: {list(error.absolute_path)}: {error.message[:300]}")
        log["runs"][0]["results"] = {}
        failed += validator.is_valid(log)
    print(f"{len(sys.argv) - 2} logs, {failed} faults")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
