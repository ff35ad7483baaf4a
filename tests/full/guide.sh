#!/bin/sh
# The guide's pages, done as a reader does: every command that needs no GPU, root or forge, and what it prints.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
for tool in bash curl git python3; do command -v $tool >/dev/null || skip_all "no $tool"; done
full_store
KILN_STORE=$FULL KILN_SOURCE=$top GUIDE_PORT=$(in_full run --slot torch=none "$comfyui" -- python3 "$top/tests/demo_client.py" free-port)
PATH=$KILN_BUILD:$PATH COMFYUI_PORT=$GUIDE_PORT no_proxy='*' PIP_DISABLE_PIP_VERSION_CHECK=1
export KILN_STORE KILN_SOURCE KILN_BUILD GUIDE_PORT PATH COMFYUI_PORT no_proxy PIP_DISABLE_PIP_VERSION_CHECK
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
unset COMFYUI_WORK_DIR COMFYUI_LISTEN COMFYUI_DEVICE COMFYUI_NODES COMFYUI_BASE_DIR KILN_DATA_DIR KILN_COMFYUI_GIT KILN_SLOT_TORCH
python3 "$top/tests/guide.py" run "$top"/docs/guide/[1-9]*.md || failed=1
