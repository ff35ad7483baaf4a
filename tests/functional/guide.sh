#!/bin/sh
# The guide, as far as it can be told without building: its commands' verbs and options are kiln's, those that are
# never run here, too; its links lead somewhere; the messages that it explains are what kiln says.
# tests/full/guide.sh runs its commands.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || skip_all "no python3"
top=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_BUILD
python3 "$top/tests/guide.py" look "$top"/docs/guide/*.md || failed=1
