# Pictures, sound, fonts, windows.
{ fromSource, groups, default, withShell, ... }:

{
  dejavu_fonts = {
    pname = "dejavu-fonts";
    debs = [ "fonts-dejavu-core" "fonts-dejavu-extra" "fonts-dejavu-mono" ];
    rules = [ [ "trim" "etc" ] ];
  };
  liberation_ttf = { pname = "liberation-fonts"; debs = [ "fonts-liberation" ]; rules = [ [ "trim" "etc" ] ]; };

  # Its settings name the fonts of the set; whoever has others sets FONTCONFIG_FILE.
  fontconfig = {
    debs = [ "fontconfig" "fontconfig-config" "libfontconfig1" ];
    deps = [ "bash" "dejavu_fonts" "liberation_ttf" ];
    rules = [
      [ "drop" "etc/fonts/conf.d/51-local.conf" ]
      [ "replace" "etc/fonts/fonts.conf" "<dir>/usr/share/fonts</dir>"
        "<dir>${groups.dejavu_fonts}/share/fonts</dir><dir>${groups.liberation_ttf}/share/fonts</dir>" ]
      [ "replace" "etc/fonts/fonts.conf" "<dir>/usr/local/share/fonts</dir>" "" ]
      [ "replace" "etc/fonts/fonts.conf" "<cachedir>/var/cache/fontconfig</cachedir>" "" ]
      [ "wrap" "bin/fc-*" (default "FONTCONFIG_FILE" "@out@/etc/fonts/fonts.conf") ]
    ];
  };
  # Its libraries need each other.
  ffmpeg-libs = {
    debs = [ "libavcodec61" "libavdevice61" "libavfilter10" "libavformat61" "libavutil59" "libpostproc58" "libswresample5" "libswscale8" ];
    bin = "ffmpeg";
  };
  ffmpeg-dev = {
    debs = [ "libavcodec-dev" "libavdevice-dev" "libavfilter-dev" "libavformat-dev" "libavutil-dev" "libpostproc-dev" "libswresample-dev" "libswscale-dev" ];
    isDev = true;
  };
  ffmpeg = withShell {
    debs = [ "ffmpeg" ];
    deps = [ "fontconfig" ];
    rules = [
      [ "wrap" "bin/ff*" (default "FONTCONFIG_FILE" "${groups.fontconfig}/etc/fonts/fonts.conf") ]
      [ "trim" "share/ffmpeg/examples" ]
    ];
  };
  libjpeg-turbo-progs = withShell { debs = [ "libjpeg-turbo-progs" ]; };
  # Without windows.
  libcaca0 = { debs = [ "libcaca0" ]; rules = [ [ "drop" "lib/caca" ] ]; };
  # The front ends of GL, as one, which they are elsewhere: who loads EGL looks where GL is.
  libglvnd = {
    debs = [ "libgl1" "libegl1" "libgles1" "libgles2" "libglvnd0" "libglx0" "libopengl0" ];
    dev = fromSource "libglvnd" ".*-dev";
  };
  # Draws without a graphics card. GL's front ends find it by the environment, as they find the host's.
  mesa = withShell {
    debs = [ "libgl1-mesa-dri" "libegl-mesa0" "libglx-mesa0" "mesa-libgallium" ];
    rules = [
      [ "trim" "share/drirc.d" ]
      [ "sweep" "/etc/drirc" "/nix/drirc" ]
      [ "replace" "share/glvnd/egl_vendor.d/50_mesa.json" "libEGL_mesa.so.0" "@out@/lib/libEGL_mesa.so.0" ]
      [ "copy" "${../hooks/mesa.sh}" "nix-support/setup-hook" ]
      [ "replace" "nix-support/setup-hook" "@mesa@" "@out@" ]
    ];
  };
  # The back end of Mesa's drivers, which are the host's.
  libgbm1 = { debs = [ "libgbm1" ]; rules = [ [ "drop" "lib/gbm" ] ]; };
}
