#!/usr/bin/env python3
"""Makes the annotated dump of docs/file-format.md, "A file with one entry".

usage: annotate_journal.py docs/file-format.md FILE.journal           prints it
       annotate_journal.py docs/file-format.md FILE.journal --write   puts it into the document

The tables of the document say what is at which offset, the file (compact) says the bytes. All of the
file is shown: header, objects in their order, of the hash tables the buckets in use. Runs of zeros
between them are one line. A failing test of the dump leaves such a FILE.journal.
"""
import pathlib
import re
import sys

BASES = {"object": "ObjectHeader", "data": "DataObject"}  # members that are structs themselves
TYPES = ("UNUSED", "DATA", "FIELD", "ENTRY", "DATA_HASH_TABLE", "FIELD_HASH_TABLE", "ENTRY_ARRAY",
         "TAG")
STRUCTS = {1: "CompactDataObject", 2: "FieldObject", 3: "EntryObject", 4: "ObjectHeader",
           5: "ObjectHeader", 6: "EntryArrayObject"}
FIRST_BLOCK = re.compile(r"(?<=^```\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def read_tables(text):
    tables = {}
    for line in text.splitlines():
        row = re.match(r"\|(?: (\w+) \|)? (\d+) \| (\d+) \| (\w+) \|", line)
        if row:
            tables.setdefault(row[1] or "Header", []).append((int(row[2]), int(row[3]), row[4]))
    return tables


def expand(tables, struct):
    for offset, size, field in tables[struct]:
        if field in BASES:
            yield from expand(tables, BASES[field])
        else:
            yield offset, size, field


def describe(blob, field):
    number = int.from_bytes(blob, "little")
    if field in ("signature", "payload", "name"):
        return f"{field} {blob.decode('ascii')}"
    if field == "type":
        return f"type {TYPES[number]}"
    if field.endswith("_id") or field == "reserved":
        return field
    if field.endswith(("hash", "offset", "flags")):
        return f"{field} {number:#x}"
    return f"{field} {number}"


def align8(size):
    return (size + 7) // 8 * 8


def rows(data, start, members):
    """The lines of one struct and its padding, sixteen bytes each."""
    end = align8(members[-1][0] + members[-1][1])
    for at in range(0, end, 16):
        blob = data[start + at : start + min(at + 16, end)]
        notes = [describe(data[start + offset : start + offset + size], field)
                 for offset, size, field in members if at <= offset < at + 16]
        yield f"{start + at:08x}  {blob.hex(' '):<47}  {', '.join(notes)}".rstrip()


def tail_members(kind, end, size):
    """What lies behind the fixed part of an object, up to its size."""
    if kind in (1, 2):
        return [(end, size - end, "payload" if kind == 1 else "name")]
    name = {3: "item_offset", 6: "slot_offset"}.get(kind)
    return [(at, 4, name) for at in range(end, size, 4)] if name else []


def buckets(data, start, size):
    """Offsets of the buckets of a hash table that are in use."""
    return [at for at in range(start + 16, start + size, 16) if any(data[at : at + 16])]


def pieces(tables, data):
    """All structs of the file, as (offset, size, lines)."""

    def number(at):
        return int.from_bytes(data[at : at + 8], "little")

    header_size = number(88)
    members = [row for row in tables["Header"] if row[0] < header_size]
    yield 0, header_size, list(rows(data, 0, members))
    at, last = header_size, number(136)
    while at <= last:
        kind, size = data[at], number(at + 8)
        fixed = list(expand(tables, STRUCTS[kind]))
        end = fixed[-1][0] + fixed[-1][1]
        members = fixed + tail_members(kind, end, size)
        yield at, align8(members[-1][0] + members[-1][1]), list(rows(data, at, members))
        if kind in (4, 5):
            for bucket in buckets(data, at, size):
                name = f"bucket {(bucket - at - 16) // 16}: "
                line, = rows(data, bucket, list(expand(tables, "HashItem")))
                yield bucket, 16, [f"{line[:59]}{name}{line[59:]}"]
        at += align8(size)


def dump(tables, data):
    lines, reached = [], 0
    for start, size, text in pieces(tables, data):
        lines += gap(data, reached, start)
        if reached and text[0].find("bucket") < 0:
            lines.append("")
        lines += text
        reached = start + size
    return "\n".join(lines + gap(data, reached, len(data))) + "\n"


def gap(data, start, end):
    if any(data[start:end]):
        sys.exit(f"annotate_journal.py: bytes that nothing describes from {start:#x} to {end:#x}")
    return [f"{start:08x}  {end - start} zero bytes"] if end > start else []


def main():
    document = pathlib.Path(sys.argv[1])
    text = document.read_text()
    block = dump(read_tables(text), pathlib.Path(sys.argv[2]).read_bytes())
    if sys.argv[3:] == ["--write"]:
        document.write_text(FIRST_BLOCK.sub(lambda _: block, text, count=1))
    else:
        print(block, end="")


if __name__ == "__main__":
    main()
