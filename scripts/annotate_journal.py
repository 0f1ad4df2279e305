#!/usr/bin/env python3
"""Prints the annotated dump of docs/file-format.md, section 2.

usage: annotate_journal.py docs/file-format.md FILE.journal

The tables of the document say what is at which offset, the file (compact) says the bytes. Shown are
the header, the FIELD and the DATA of MESSAGE=hello, the first ENTRY and the first ENTRY_ARRAY.
"""
import pathlib
import re
import sys

COLUMNS = 47  # of sixteen bytes in hex
BASES = {"object": "ObjectHeader", "data": "DataObject"}  # members that are structs themselves
TYPES = ("UNUSED", "DATA", "FIELD", "ENTRY", "DATA_HASH_TABLE", "FIELD_HASH_TABLE", "ENTRY_ARRAY",
         "TAG")


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


def show(data, start, members):
    end = members[-1][0] + members[-1][1]
    for at in range(0, end, 16):
        row = data[start + at : start + min(at + 16, end)]
        notes = [describe(data[start + offset : start + offset + size], field)
                 for offset, size, field in members if at <= offset < at + 16]
        print(f"{start + at:08x}  {row.hex(' '):<{COLUMNS}}  {', '.join(notes)}".rstrip())


def main():
    tables = read_tables(pathlib.Path(sys.argv[1]).read_text())
    data = pathlib.Path(sys.argv[2]).read_bytes()

    def number(at):
        return int.from_bytes(data[at : at + 8], "little")

    def show_object(struct, start, tail):
        members = list(expand(tables, struct))
        end = members[-1][0] + members[-1][1]
        print()
        show(data, start, members + tail(end, number(start + 8)))

    header_size = number(88)
    show(data, 0, [row for row in tables["Header"] if row[0] < header_size])
    message = data.index(b"MESSAGE=hello") - 72
    show_object("FieldObject", data.index(b"MESSAGE\0") - 40,
                lambda end, size: [(end, size - end, "name")])
    show_object("CompactDataObject", message, lambda end, size: [(end, size - end, "payload")])
    show_object("EntryObject", number(message + 40),
                lambda end, size: [(at, 4, "item_offset") for at in range(end, size, 4)])
    show_object("EntryArrayObject", number(176),
                lambda end, size: [(at, 4, "slot_offset") for at in range(end, size, 4)])


if __name__ == "__main__":
    main()
