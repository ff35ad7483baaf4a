{ ffmpeg }:

ffmpeg.overrideAttrs (old: {
  configureFlags = old.configureFlags ++ [ "--enable-nonfree" ];
})
