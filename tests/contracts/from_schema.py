"""Values that a published schema has, for hypothesis: the part of JSON Schema that the contracts publish."""

from hypothesis import strategies as st

from tests.published import referred

LONGEST = 3
"""How many items a list has that may have more."""


def from_schema(schema):
    """A strategy of what a schema of the published files has; whatever keyword it does not know, it refuses."""
    if "$ref" in schema:
        return st.deferred(lambda: from_schema(referred(schema["$ref"])))
    if "allOf" in schema:
        (one,) = schema["allOf"]
        return from_schema(one)
    if "if" in schema:
        return st.one_of([from_schema(one) for one in by_kind(schema)])
    if "anyOf" in schema:
        return st.one_of([from_schema(branch) for branch in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    return {
        "object": objects,
        "array": arrays,
        "string": texts,
        "integer": whole_numbers,
        "number": lambda stated: st.one_of(
            st.floats(stated["minimum"], stated["maximum"], allow_nan=False), whole_numbers(stated)
        ),
        "boolean": lambda _: st.booleans(),
        "null": lambda _: st.none(),
        None: lambda _: st.one_of(st.none(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)),
    }[schema.get("type")](schema)


def by_kind(schema):
    """The schema for each of the kinds that its conditions tell apart, one after the other."""
    whole = {word: stated for word, stated in schema.items() if word not in ("if", "then", "else")}
    while "if" in schema:
        holds = {**schema["if"]["properties"], **schema["then"]["properties"]}
        yield {**whole, "properties": {**whole["properties"], **holds}}
        schema = schema.get("else", {})


def objects(schema):
    fields = {name: from_schema(stated) for name, stated in schema.get("properties", {}).items()}
    required = {name: fields[name] for name in schema.get("required", ())}
    optional = {name: stated for name, stated in fields.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


def arrays(schema):
    if "prefixItems" in schema:
        return st.tuples(*map(from_schema, schema["prefixItems"])).map(list)
    fewest = schema.get("minItems", 0)
    most = min(schema["maxItems"], max(fewest, LONGEST))
    return st.lists(from_schema(schema["items"]), min_size=fewest, max_size=most)


def texts(schema):
    fewest, most = schema.get("minLength", 0), schema.get("maxLength")
    if "pattern" not in schema:
        return st.text(min_size=fewest, max_size=most)
    found = st.from_regex(schema["pattern"].removesuffix("(?!\\n)").removesuffix("$") + r"\Z")
    return found if most is None else found.filter(lambda text: fewest <= len(text) <= most)


def whole_numbers(schema):
    return st.integers(schema["minimum"], schema["maximum"])
