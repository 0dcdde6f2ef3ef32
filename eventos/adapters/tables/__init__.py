"""Tables that come in (CSV, XLSX) and go out (ODS too): every import of registrants and every export of a list passes through here."""

from eventos.adapters.tables.guard import Table, UnreadableTable
from eventos.adapters.tables.ods import write_ods
from eventos.adapters.tables.read import read_table
from eventos.adapters.tables.write import Cell, write_csv, write_xlsx

__all__ = ["Cell", "Table", "UnreadableTable", "read_table", "write_csv", "write_ods", "write_xlsx"]
