# shellcheck shell=bash
# What draws with GL in this build or shell does so with this Mesa, unless told otherwise.
export __EGL_VENDOR_LIBRARY_FILENAMES=${__EGL_VENDOR_LIBRARY_FILENAMES-@mesa@/share/glvnd/egl_vendor.d/50_mesa.json}
export LIBGL_DRIVERS_PATH=${LIBGL_DRIVERS_PATH-@mesa@/lib/dri}
# Where there is no screen, EGL's own display is one in memory.
[ -n "${DISPLAY-}${WAYLAND_DISPLAY-}" ] || export EGL_PLATFORM=${EGL_PLATFORM-surfaceless}
