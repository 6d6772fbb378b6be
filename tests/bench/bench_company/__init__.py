"""What a company of a given size costs: the first build, a day more, a run with nothing new.

`make bench SCALE=1M` prints a table and, below it, one JSON object a line. A module here is one
part of it: the delivered company, the runs, the floor, the queries, what others take.
"""
