#!/usr/bin/env bash
# comfyui [--base-directory DIR] [ComfyUI's options]: runs ComfyUI with its folders in DIR, else in
# $COMFYUI_WORK_DIR, else in ~/comfyui-work. A new folder is filled with what ComfyUI ships.
set -eu
PATH="@coreutils@/bin${PATH:+:$PATH}"
export PATH
if [ -z "${COMFYUI_WORK_DIR:-${HOME:-}}" ]; then
  echo "error: neither HOME nor COMFYUI_WORK_DIR is set" >&2
  echo "hint: set COMFYUI_WORK_DIR to a folder of yours" >&2
  exit 1
fi
work=${COMFYUI_WORK_DIR:-$HOME/comfyui-work}
previous=
for argument in "$@"; do
  case $previous in --base-directory) work=$argument ;; esac
  case $argument in --base-directory=*) work=${argument#*=} ;; esac
  previous=$argument
done

# torch is a slot: where nothing fills it that is told here, and no Python started. It is in what kiln run
# says, in the environment around, or inside by the recipe's wish.
torch=
IFS=: read -ra places <<<"${KILN_SLOT_PATH:-}:${PYTHONPATH:-}"
for place in "${places[@]}" "@pythonEnv@"/lib/python3.*/site-packages; do
  if [ -n "$place" ] && [ -d "$place/torch" ]; then torch=$place; fi
done
case " $* " in *" --help "* | *" -h "*) torch=${torch:-none} ;; esac
if [ -z "${torch:-}" ]; then
  echo "error: slot 'torch' is empty, and comfyui needs it" >&2
  echo "hint: kiln run --slot torch=cpu comfyui fills it (or =cuda, =venv:PATH, =PATH)" >&2
  exit 1
fi

for folder in custom_nodes input models output temp user; do
  if [ ! -d "$work/$folder" ]; then
    mkdir -p "$work/$folder"
    if [ -d "@out@/share/comfyui-seed/$folder" ]; then
      cp -r --no-preserve=mode,ownership "@out@/share/comfyui-seed/$folder/." "$work/$folder/"
    fi
  fi
done

# Without a git on this machine, packs that import GitPython are loaded all the same.
export GIT_PYTHON_REFRESH="${GIT_PYTHON_REFRESH:-quiet}"
# In front of "$@": what the user says later wins.
exec "@pythonEnv@/bin/python3" "@out@/share/comfyui/main.py" \
  --base-directory "$work" \
  --database-url "${COMFYUI_DATABASE_URL:-sqlite:///$work/user/comfyui.db}" \
  "$@"
