"""The planner's desk without its pages: a user's folder, the worker that solves, children that read and write files.

The pages' server process imports only the light half of this package (`workspace`, `jobs`, `view_key`): it never reads a
user's file, never solves, never imports a geometry or solver package. Both halves talk through small JSON files in the
user's folder, each written whole by rename.
"""
