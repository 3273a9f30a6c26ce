"""Values that a published schema has, for hypothesis: the part of JSON Schema that the contracts publish."""

from functools import partial

from hypothesis import strategies as st

LONGEST = 3
"""How many items a list has that may have more."""


def from_schema(schema, root=None):
    """A strategy of what the schema has; whatever keyword it does not know, it refuses."""
    root = root or schema
    follow = partial(from_schema, root=root)
    if "$ref" in schema:
        return st.deferred(lambda: follow(root["$defs"][schema["$ref"].rpartition("/")[2]]))
    if schema.get("type") == "object" and "anyOf" in schema:
        whole = {word: stated for word, stated in schema.items() if word != "anyOf"}
        return st.one_of([follow(merged(whole, branch)) for branch in schema["anyOf"]])
    if "anyOf" in schema:
        return st.one_of([follow(branch) for branch in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    return {
        "object": objects,
        "array": arrays,
        "string": texts,
        "integer": lambda stated, _: whole_numbers(stated),
        "number": lambda stated, _: st.one_of(
            st.floats(stated["minimum"], stated["maximum"], allow_nan=False), whole_numbers(stated)
        ),
        "boolean": lambda *_: st.booleans(),
        "null": lambda *_: st.none(),
        None: lambda *_: st.one_of(st.none(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)),
    }[schema.get("type")](schema, follow)


def merged(whole, branch):
    properties = {
        name: {**whole["properties"][name], **stated} if name != "kind" else stated
        for name, stated in branch["properties"].items()
    }
    return {**whole, "properties": {**whole["properties"], **properties}}


def objects(schema, follow):
    fields = {name: follow(stated) for name, stated in schema.get("properties", {}).items()}
    required = {name: fields[name] for name in schema.get("required", ())}
    optional = {name: stated for name, stated in fields.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


def arrays(schema, follow):
    if "prefixItems" in schema:
        return st.tuples(*map(follow, schema["prefixItems"])).map(list)
    fewest = schema.get("minItems", 0)
    most = min(schema["maxItems"], max(fewest, LONGEST))
    return st.lists(follow(schema["items"]), min_size=fewest, max_size=most)


def texts(schema, _):
    fewest, most = schema.get("minLength", 0), schema.get("maxLength")
    if "pattern" not in schema:
        return st.text(min_size=fewest, max_size=most)
    found = st.from_regex(schema["pattern"].removesuffix("(?!\\n)").removesuffix("$") + r"\Z")
    return found if most is None else found.filter(lambda text: fewest <= len(text) <= most)


def whole_numbers(schema):
    return st.integers(schema["minimum"], schema["maximum"])
