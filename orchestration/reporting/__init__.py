"""The report: one page that is published with every version, made from its marts."""
