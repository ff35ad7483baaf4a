#!/usr/bin/env bash
# comfyui [--base-directory DIR] [ComfyUI's options]: runs ComfyUI with its folders in DIR, else in
# $COMFYUI_WORK_DIR, else in ~/comfyui-work. A new folder is filled with what ComfyUI ships.
set -eu
PATH="@coreutils@/bin${PATH:+:$PATH}"
export PATH
work=${COMFYUI_WORK_DIR:-${HOME:?neither HOME nor COMFYUI_WORK_DIR is set}/comfyui-work}
previous=
for argument in "$@"; do
  case $previous in --base-directory) work=$argument ;; esac
  case $argument in --base-directory=*) work=${argument#*=} ;; esac
  previous=$argument
done

for folder in custom_nodes input models output temp user; do
  if [ ! -d "$work/$folder" ]; then
    mkdir -p "$work/$folder"
    if [ -d "@out@/share/comfyui-seed/$folder" ]; then
      cp -r --no-preserve=mode,ownership "@out@/share/comfyui-seed/$folder/." "$work/$folder/"
    fi
  fi
done

# In front of "$@": what the user says later wins.
exec "@pythonEnv@/bin/python3" "@out@/share/comfyui/main.py" \
  --base-directory "$work" \
  --database-url "${COMFYUI_DATABASE_URL:-sqlite:///$work/user/comfyui.db}" \
  "$@"
