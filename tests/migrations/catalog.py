"""What one schema holds, as PostgreSQL itself says it: however a migration is written, this is what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

BOOKKEEPING = "alembic_version"


@dataclass(frozen=True, slots=True)
class Column:
    """`filled` says how a value comes in where none is stated: a default, an identity, an expression."""

    type: str
    required: bool
    filled: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """Tables by name, columns as `table.column`, keys and rules as `table: definition`, each with its name."""

    tables: dict[str, str]
    columns: dict[str, Column]
    keys: dict[str, str]
    """What makes rows unique, constraint or index: `ON CONFLICT` needs it."""
    rules: dict[str, str]
    """Checks, foreign keys, exclusions: what a row must be like."""
    values: dict[str, tuple[str, ...]]
    """The values of each enumerated type."""
    others: frozenset[str]
    """Functions and types."""


async def read(sql: asyncpg.Connection) -> Catalog:
    """What the schema holds that the search path names."""
    tables = {row["name"]: row["kind"] for row in await sql.fetch(_TABLES) if row["name"] != BOOKKEEPING}
    columns = {
        f"{row['of']}.{row['name']}": Column(row["type"], row["required"], row["filled"])
        for row in await sql.fetch(_COLUMNS)
        if row["of"] in tables
    }
    stated = [row for row in await sql.fetch(_CONSTRAINTS) if row["of"] in tables]
    keys = {f"{row['of']}: {row['definition']}": row["name"] for row in stated if row["is_key"]}
    rules = {f"{row['of']}: {row['definition']}": row["name"] for row in stated if not row["is_key"]}
    values = {row["name"]: tuple(row["labels"]) for row in await sql.fetch(_VALUES)}
    return Catalog(tables, columns, keys, rules, values, frozenset(row["name"] for row in await sql.fetch(_OTHERS)))


_TABLES = """
SELECT relname AS name, relkind::text AS kind
FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_COLUMNS = """
SELECT c.relname AS of, a.attname AS name, a.attnotnull AS required,
       format_type(a.atttypid, a.atttypmod) || coalesce(' collate ' || nullif(l.collname, 'default'), '') AS type,
       concat_ws(' ', nullif(a.attidentity::text, ''), nullif(a.attgenerated::text, ''),
                 pg_get_expr(d.adbin, d.adrelid)) AS filled
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_CONSTRAINTS = """
SELECT c.relname AS of, k.conname AS name, k.contype IN ('p', 'u') AS is_key,
       pg_get_constraintdef(k.oid) AS definition
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.connamespace = current_schema()::regnamespace AND k.contype IN ('p', 'u', 'c', 'f', 'x')
UNION ALL
SELECT c.relname, i.relname, true, 'UNIQUE ' || substring(pg_get_indexdef(i.oid) FROM ' USING (.*)$')
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
WHERE c.relnamespace = current_schema()::regnamespace AND x.indisunique
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))
"""
_VALUES = """
SELECT t.typname AS name, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS labels
FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
WHERE t.typnamespace = current_schema()::regnamespace GROUP BY 1
"""
_OTHERS = """
SELECT 'function ' || p.oid::regprocedure::text AS name FROM pg_proc p
WHERE p.pronamespace = current_schema()::regnamespace
UNION ALL
SELECT 'type ' || t.typname FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typnamespace = current_schema()::regnamespace AND t.typelem = 0 AND (c.oid IS NULL OR c.relkind = 'c')
"""
