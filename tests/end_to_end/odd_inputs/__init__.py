"""Inputs that went wrong elsewhere, all in one company that is landed, built and published once.

Each input re-tells a public bug report, or how a vendor behaves, in the shape of the vendor's
export. The files of all cases lie beside `seeds/sample`, a small delivery of every source in
January 2026; tests ask the published tables.

To add a case:

1. Write its records in the module of its area (`service.py`, `commerce.py`, ...), called from
   `deliver(files)`. A new area is a new module here with such a function; it is found by itself.
2. Give it people, ids, days and amounts that no other case has, so that cases do not disturb each
   other: an e-mail address named after the case, a phone number and a surname of its own. Days lie
   before `AS_OF`; what needs all sources around it (journeys, look-backs) lies in January.
3. Ask the published tables in `test_<area>.py`, with the fixture `odd_company`. Its `case_key`,
   `touchpoint_key` and `customer_key` lead from a vendor's id to our keys.

A file is one table's records of one day: cases that deliver on one day share it. Say `part` where
a case needs a file of its own, and use `files.raw` for bytes that no record makes. All records
must land: an input that stops the run stops every test here, which is what it should do.
"""
