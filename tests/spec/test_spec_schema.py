from __future__ import annotations

import json
import re

import pytest
import yaml

from pitcairn.spec.example import ITERATION, PACK, PILOT, PROGRAM, TRUSTED_KEYS
from pitcairn.spec.schema import MODELS, modeline, schemas, write

EXAMPLES = {
    "program": PROGRAM,
    "pilot": PILOT,
    "iteration": ITERATION,
    "pack": PACK,
    "trusted-keys": TRUSTED_KEYS,
}


KEYWORDS = """
$defs $id $schema additionalProperties anyOf const default description discriminator enum examples exclusiveMinimum
items maxItems maxLength maxProperties maximum minItems minLength minProperties minimum oneOf pattern
patternProperties properties propertyNames required title type
"""


def fits(value, schema, whole) -> bool:
    """Whether a value fits a JSON Schema: the keywords that ours use, and no others."""
    if "$ref" in schema:
        return fits(value, whole["$defs"][schema["$ref"].removeprefix("#/$defs/")], whole)
    assert set(schema) <= set(KEYWORDS.split())
    types = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    wanted = schema.get("type", list(types))
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if not any(isinstance(value, types[one]) and (not isinstance(value, bool) or one == "boolean") for one in wanted):
        return False
    return (
        ("const" not in schema or value == schema["const"])
        and ("enum" not in schema or value in schema["enum"])
        and all(any(fits(value, part, whole) for part in schema[key]) for key in ("anyOf", "oneOf") if key in schema)
        and (not isinstance(value, str) or re.search(schema.get("pattern", ""), value) is not None)
        and (not isinstance(value, list) or all(fits(item, schema.get("items", {}), whole) for item in value))
        and (not isinstance(value, dict) or _object_fits(value, schema, whole))
    )


def _object_fits(value, schema, whole) -> bool:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    patterns = schema.get("patternProperties", {})

    def fitting(name, part) -> bool:
        named = [properties[name]] if name in properties else []
        found = named + [patterns[pattern] for pattern in patterns if re.search(pattern, name)]
        found = found or ([others] if isinstance(others, dict) else [])
        return all(fits(part, one, whole) for one in found) if found else others is True

    return set(schema.get("required", ())) <= set(value) and all(fitting(*item) for item in value.items())


def read(text: str):
    """The example with its dates as text, as an editor's YAML 1.2 reader gives them."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_example_fits_its_schema_and_a_slip_does_not(kind):
    schema, value = schemas()[kind], read(EXAMPLES[kind])
    assert fits(value, schema, schema)
    assert not fits(value | {"unknown": 1}, schema, schema)
    assert not fits({key: part for key, part in value.items() if key != schema["required"][0]}, schema, schema)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_schemas_have_names_and_describe_every_key(kind):
    schema = schemas()[kind]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:pitcairn:schema:{kind}:1"
    assert "Pitcairn" in schema["title"]
    assert set(schema["properties"]) == set(MODELS[kind].model_fields)
    for part in (schema, *schema["$defs"].values()):
        assert part["additionalProperties"] is False
        assert all(key.get("description") for key in part["properties"].values()), part["title"]


def test_every_reference_inside_a_schema_leads_somewhere():
    for schema in schemas().values():
        names = re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema))
        assert names
        assert set(names) <= set(schema["$defs"])


def test_schemas_are_written_where_the_first_line_of_plan_files_looks(tmp_path):
    written = write(tmp_path / ".pitcairn" / "schema")
    assert [path.name for path in written] == [f"{kind}.json" for kind in MODELS]
    assert json.loads(written[2].read_text(encoding="utf-8")) == schemas()["iteration"]
    (tmp_path / "pilots" / "card").mkdir(parents=True)
    for kind, depth, folder in (("program", 0, "."), ("pilot", 2, "pilots/card"), ("iteration", 2, "pilots/card")):
        path = modeline(kind, depth).removeprefix("# yaml-language-server: $schema=")
        assert (tmp_path / folder / path).resolve().is_file()
    assert sorted(path.name for path in written[0].parent.iterdir()) == sorted(f"{kind}.json" for kind in MODELS)


def test_the_examples_start_with_their_modelines():
    assert PROGRAM.splitlines()[0] == modeline("program", 0)
    assert PILOT.splitlines()[0] == modeline("pilot", 2)
    assert ITERATION.splitlines()[0] == modeline("iteration", 2)
    assert PACK.splitlines()[0] == modeline("pack", 2)
    assert TRUSTED_KEYS.splitlines()[0] == modeline("trusted-keys", 0)
