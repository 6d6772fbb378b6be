"""Bringing what lies elsewhere into the landing folder, as finished files; nothing else is written.

`declarations` say from where, `origins` how to ask there, `delivery` puts one file after another
into landing, and `cursors` keep how far each source came: no further than its archive.
"""
