{ python3 }:

python3.withPackages (ps: [
  ps.pillow
  "numpy"
])
