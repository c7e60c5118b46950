"""The commands of `python -m nbn_core`, one file each.

Every file has `add`, which describes the command and its arguments to argparse, and `run`, which
returns the exit code. `common` has what they share: exit codes, files, messages, progress.
"""
