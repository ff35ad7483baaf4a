#!/bin/sh
# A program of the package, on the Python that has what ComfyUI needs.
exec "@pythonEnv@/bin/python3" "@out@/libexec/@program@.py" "$@"
