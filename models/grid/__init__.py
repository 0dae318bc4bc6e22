"""The AC network: build it from tables, check it in N-0 and N-1, find what one bus can still host.

pandapower is imported inside the functions that need it: it is by far our slowest import.
"""
