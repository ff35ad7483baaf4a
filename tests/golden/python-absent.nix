{ python3, flash-attn, nunchaku }:

python3.withPackages (_: [ flash-attn nunchaku ])
