"""Validates documents with jsonschema, which shares no code with firstseen.

Reads {"schema": ..., "documents": [...], "closed": ...} from standard input, and writes a list with the faults of each document
to standard output. If `closed` is true, a field that the schema doesn't describe is a fault, too.
"""

import json
import sys

from jsonschema import Draft202012Validator

ALTERNATIVES = {"allOf", "anyOf", "oneOf"}
MAPS = {"properties", "$defs"}


def closed(schema, is_alternative=False):
    """The schema, with no other properties than those that it describes."""
    if isinstance(schema, list):
        return [closed(each, is_alternative) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result = {}
    for key, value in schema.items():
        if key in MAPS:
            result[key] = {name: closed(each) for name, each in value.items()}
        else:
            result[key] = closed(value, key in ALTERNATIVES)
    if "properties" in schema and not is_alternative:
        result["unevaluatedProperties"] = False
    return result


def main():
    request = json.load(sys.stdin)
    schema = request["schema"]
    if request["closed"]:
        schema = closed(schema)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    faults = [[error.message[:300] for error in validator.iter_errors(each)] for each in request["documents"]]
    json.dump(faults, sys.stdout)


main()
