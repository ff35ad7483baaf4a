{ python3 }:

python3.withPackages (ps: with ps; [ numpy nvidia-cublas-cu12 ])
