#!/usr/bin/env bash
# comfyui-start [ComfyUI's options]: the service. Looks first at what ComfyUI will need, says what is
# missing and how to get it, then becomes ComfyUI.
#
#	COMFYUI_WORK_DIR	~/comfyui-work
#	COMFYUI_LISTEN		127.0.0.1
#	COMFYUI_PORT		8188
#	COMFYUI_DEVICE		auto, cpu or gpu
#	COMFYUI_{OUTPUT,INPUT,USER,TEMP}_DIR	folders outside of the work folder
#	COMFYUI_DATABASE_URL, COMFYUI_EXTRA_MODEL_PATHS
set -eu
PATH="@coreutils@/bin${PATH:+:$PATH}"
export PATH PYTHONUNBUFFERED=1
work=${COMFYUI_WORK_DIR:-${HOME:?neither HOME nor COMFYUI_WORK_DIR is set}/comfyui-work}
listen=${COMFYUI_LISTEN:-127.0.0.1}
port=${COMFYUI_PORT:-8188}

mkdir -p "$work"
device=$("@pythonEnv@/bin/python3" "@out@/libexec/comfyui-health.py" \
  "@out@/share/comfyui" "$work" "$listen" "$port" "${COMFYUI_DEVICE:-auto}")

flags=(--base-directory "$work" --listen "$listen" --port "$port")
if [ "$device" = cpu ]; then flags+=(--cpu); fi
for name in output input user temp; do
  variable=COMFYUI_${name^^}_DIR
  if [ -n "${!variable:-}" ]; then
    mkdir -p "${!variable}"
    flags+=("--$name-directory" "${!variable}")
  fi
done
if [ -f "${COMFYUI_EXTRA_MODEL_PATHS:-$work/extra_model_paths.yaml}" ]; then
  flags+=(--extra-model-paths-config "${COMFYUI_EXTRA_MODEL_PATHS:-$work/extra_model_paths.yaml}")
fi
echo "ComfyUI starts on http://$listen:$port ($device), its folders are in $work" >&2
exec "@out@/bin/comfyui" "${flags[@]}" "$@"
