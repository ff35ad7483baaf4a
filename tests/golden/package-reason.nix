{ python3 }:

python3.withPackages (ps: [ ps.numpy ps.flash-attn ])
